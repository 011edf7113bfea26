/* A script of a stranger, whose first line is to talk the preset `minimal` into granting more than its interpreter. */
import { chmodSync, copyFileSync, symlinkSync, writeFileSync } from 'node:fs';

import { missing, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { createSandbox } from '../../src/index.js';
import { collect } from '../start.js';

const secret = '/etc/passwd';

/** A folder `all` that is really `/`, and beside it an interpreter whose name goes on behind a white space. */
function layOut(space: string) {
  const folder = temporaryFolder(0o755);
  const script = folder.file('script');
  symlinkSync('/', folder.file('all'));
  copyFileSync('/bin/cat', folder.file(`all${space}`));
  chmodSync(folder.file(`all${space}`), 0o755);
  writeFileSync(script, `#!${folder.file(`all${space}`)} ${secret}\n`);
  chmodSync(script, 0o755);
  return { script, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

const run = async (landlock: 'minimal' | 'off', script: string) =>
  await collect(createSandbox({ landlock, user: 'nobody' }).spawn(script));

describe.skipIf(missing('linux', 'root', 'landlock7'))('scripts', () => {
  it.each([
    ['\v', 'vertical tab'],
    ['\f', 'form feed'],
    ['\r', 'carriage return'],
    ['\u00a0', 'no-break space'],
  ])('get nothing granted by a name that goes on behind %j, a %s', async (space) => {
    using place = layOut(space);
    expect((await run('off', place.script)).stdout).toContain('root:');
    const denied = await run('minimal', place.script);
    expect(denied).toMatchObject({ status: 1, stderr: expect.stringMatching(/passwd: Permission denied/) });
    expect(denied.stdout).not.toContain('root:');
  });

  it('get their own interpreter', async () => {
    using folder = temporaryFolder(0o755);
    const script = folder.file('script');
    writeFileSync(script, '#!/bin/cat /etc/hosts\n');
    chmodSync(script, 0o755);
    expect(await run('minimal', script)).toMatchObject({ status: 0, stderr: '' });
  });
});
