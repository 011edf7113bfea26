import { chmodSync, copyFileSync } from 'node:fs';

import {
  type Attempt,
  compileFixture,
  missing,
  parseProbe,
  probeArguments,
  probePath,
  runProgram,
  temporaryFolder,
} from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

const fixture = new URL('fixtures/run-as.ts', import.meta.url);

/** Runs the probe as a child of a process that dropped its privileges; without options, of one that did not. */
async function attack(options: object | undefined, attempts: readonly Attempt[], program = probePath()) {
  const script = compileFixture(fixture);
  const text = options === undefined ? '' : JSON.stringify(options);
  const { stdout, stderr, status } = await runProgram(process.execPath, [
    script,
    text,
    program,
    ...probeArguments(attempts),
  ]);
  if (status !== 0) throw new Error(`the probe did not run: ${stderr}`);
  return parseProbe(stdout, attempts.length).map(({ outcome }) => outcome);
}

const nobody = { user: 'nobody' };

const waysBack: readonly Attempt[] = [
  ['setuid', 0],
  ['seteuid', 0],
  ['setresuid', 0, 0, 0],
  ['setresuid', -1, -1, 0],
  ['setgid', 0],
  ['setresgid', 0, 0, 0],
  ['setresgid', -1, 0, -1],
  ['setgroups', 0],
  ['setgroups'],
];

describe.skipIf(missing('root', 'linux'))('after a drop', () => {
  it('cannot-regain-root-or-groups', async () => {
    // Control: root may do each of these.
    expect(await attack(undefined, waysBack)).toEqual(waysBack.map(() => 'OK'));
    expect(await attack(nobody, waysBack)).toEqual(waysBack.map(() => 'EPERM'));
  });

  it('keeps its own ids settable', async () => {
    const own: Attempt[] = [
      ['setresuid', 65_534, 65_534, 65_534],
      ['setresgid', 65_534, 65_534, 65_534],
    ];
    expect(await attack(nobody, own)).toEqual(['OK', 'OK']);
  });

  it('cannot-use-a-set-user-ID-program', async () => {
    using folder = temporaryFolder();
    const program = folder.file('probe');
    copyFileSync(probePath(), program);
    chmodSync(program, 0o6755);
    const attempts: Attempt[] = [
      ['is-euid', 0],
      ['setresuid', 0, 0, 0],
    ];
    // Control: without no_new_privs the same program leads an ordinary user back to root.
    expect(await attack({ ...nobody, noNewPrivs: 'off' }, attempts, program)).toEqual(['OK', 'OK']);
    expect(await attack(nobody, attempts, program)).toEqual(['EPERM', 'EPERM']);
  });

  it('cannot-read-what-only-root-may', async () => {
    const attempts: Attempt[] = [
      ['open-read', '/etc/shadow'],
      ['open-read', '/etc/passwd'],
    ];
    expect(await attack(undefined, attempts)).toEqual(['OK', 'OK']);
    expect(await attack(nobody, attempts)).toEqual(['EACCES', 'OK']);
  });

  it('cannot-use-the-groups-of-its-parent', async () => {
    using folder = temporaryFolder();
    const secret = folder.file('secret');
    copyFileSync('/etc/passwd', secret);
    chmodSync(secret, 0o040);
    // Root's group is 0, and so is the file's: child_process with a uid alone keeps it.
    const script = `process.setgroups([0]);
      const { status } = require('node:child_process').spawnSync(process.argv[1], process.argv.slice(2), {
        uid: 65534, stdio: 'inherit' });
      process.exit(status ?? 99);`;
    const attempt: Attempt[] = [['open-read', secret]];
    const { stdout } = await runProgram(process.execPath, ['-e', script, probePath(), ...probeArguments(attempt)]);
    expect(parseProbe(stdout, 1).map(({ outcome }) => outcome)).toEqual(['OK']);
    expect(await attack(nobody, attempt)).toEqual(['EACCES']);
  });
});
