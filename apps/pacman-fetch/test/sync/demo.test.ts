import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

import { expectedLandlock, missing, runProgram } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { environment } from '../kit/fetch-program.js';

const demo = fileURLToPath(new URL('../../dist/demo.js', import.meta.url));

/** The first Landlock that has all that a worker is denied by it. */
const wholeAbi = 6;

/* Runs on every kernel of the matrix: with all of Landlock, with a part of it, and without. */
const expected = expectedLandlock() ?? wholeAbi;
const isWhole = typeof expected === 'number' && expected >= wholeAbi;

describe.skipIf(missing('root', 'linux', 'pacman', ...(isWhole ? ['landlock6' as const] : [])))('npm start', () => {
  it('upgrades a small system, and shows who asked the network and what this kernel lacks', async () => {
    const { status, stdout, stderr } = await runProgram(process.execPath, [demo], {
      env: { ...environment, TMPDIR: tmpdir() },
      timeout: 55_000,
    });
    expect(status, stderr).toBe(0);
    // The upgrade says it, with cause and remedy; doctor has it on standard output.
    const said = stderr.match(/^warning: .*(?:\n {7}.*)$/gm) ?? [];
    if (isWhole) expect(stderr).toBe('');
    else {
      expect(said.length).toBeGreaterThanOrEqual(1);
      for (const warning of said) expect(warning).toMatch(/^warning: landlock \(.*\) is missing: /);
    }
    expect(stdout.match(/^\$ pacman-fetch .*$/gm)).toEqual([
      '$ pacman-fetch -Syu --noconfirm',
      '$ pacman-fetch doctor --quiet',
    ]);
    expect(stdout.match(/^upgrading \w+\.\.\.$/gm)).toHaveLength(5);
    // One database and five packages.
    expect(stdout).toMatch(/^root +0\n\S+ \(uid \d+\) +6 +none +in force$/m);
    expect(stdout).toContain(isWhole ? '\n:: full: every layer is in force\n' : '\n:: partial: ');
    // A screen of 50 rows shows it whole, with what npm says before.
    expect(stdout.split('\n').length).toBeLessThanOrEqual(46);
    // pacman writes its own list on one line where there is no terminal.
    const wide = stdout.split('\n').filter((line) => line.length > 80);
    if (isWhole) expect(wide).toEqual([expect.stringMatching(/^Packages \(5\) /)]);
  });
});
