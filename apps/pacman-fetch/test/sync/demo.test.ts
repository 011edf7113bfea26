import { fileURLToPath } from 'node:url';

import { missing, runProgram } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { environment } from '../kit/fetch-program.js';

const demo = fileURLToPath(new URL('../../dist/demo.js', import.meta.url));

describe.skipIf(missing('root', 'linux', 'pacman', 'landlock6'))('npm start', () => {
  it('shows refresh, prefetch and doctor', async () => {
    const { status, stdout, stderr } = await runProgram(process.execPath, [demo], {
      env: environment,
      timeout: 55_000,
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.match(/^\$ pacman-fetch \w+/gm)).toEqual(
      ['refresh', 'prefetch', 'doctor'].map((one) => `$ pacman-fetch ${one}`),
    );
    expect(stdout.match(/as on mirror$/gm)).toHaveLength(5);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).toContain(':: full: every layer is in force');
  });
});
