import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';

import { compileFixture, fixtureJson, missing, runProgram, type TemporaryFolder, temporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  fastOpenAbi,
  type LandlockPolicy,
  type LandlockReport,
  list,
  path,
  policy,
  ro,
  support,
} from '../../src/index.js';
import { nobody } from './programs.js';

interface Outcome {
  readonly outcomes: readonly (LandlockReport & { readonly code?: string; readonly message?: string })[];
  readonly read: string;
  readonly others: readonly string[];
}

const fixture = new URL('fixtures/attempt.ts', import.meta.url);
const secret = '/etc/passwd';

describe.skipIf(missing('linux', 'root', 'landlock6', 'unshare'))('at its limits, restrictSelf', () => {
  let folder: TemporaryFolder;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder[Symbol.dispose]());

  const attempt = (policies: readonly LandlockPolicy[], options: object = {}, ...files: string[]): Promise<Outcome> => {
    const args = [JSON.stringify(policies), ...(files.length === 0 ? [secret] : files)];
    return fixtureJson<Outcome>(fixture, args, { ...nobody, ...options });
  };

  it('stacks sixteen rulesets, then refuses and keeps them', async () => {
    const one = policy({ abi: 7, paths: [list('/proc')] });
    const { outcomes, read } = await attempt(Array.from({ length: 17 }, () => one));
    expect(outcomes.slice(0, 16).map(({ status }) => status)).toEqual(Array.from({ length: 16 }, () => 'full'));
    // Known before anything is tried.
    expect(outcomes[16]).toMatchObject({ code: 'too-many-layers', step: 'plan' });
    expect(outcomes[16]?.message).toContain('E2BIG');
    expect(read).toBe('EACCES');
  });

  it('says that /proc/self/task is in the way of a second ruleset', async () => {
    const one = policy({ abi: 7, paths: [] });
    const { outcomes } = await attempt([one, one]);
    expect(outcomes).toMatchObject([
      { status: 'full' },
      { code: 'threads-unreachable', step: 'tasks', errno: 'EACCES' },
    ]);
  });

  it('does not block on a FIFO as a path, and grants that one', async () => {
    const [fifo, other] = [folder.file('fifo'), folder.file('other')];
    execFileSync('mkfifo', ['-m', '666', fifo, other]);
    const rules = policy({ abi: 7, paths: [ro(fifo)] });
    const { outcomes, read, others } = await attempt([rules], { timeout: 5000 }, fifo, other);
    expect(outcomes).toMatchObject([{ status: 'full' }]);
    expect([read, others]).toEqual(['OK', ['EACCES']]);
  });

  it('refuses a right of directories on a file when it was named, and names both', async () => {
    const file = folder.file('file');
    writeFileSync(file, '');
    const { outcomes, read } = await attempt([policy({ abi: 7, paths: [path(file, ['read_file', 'make_reg'])] })]);
    expect(outcomes).toMatchObject([{ code: 'wrong-file-type', step: 'type', errno: 'ENOTDIR', path: file }]);
    expect(outcomes[0]?.message).toContain('read_file|make_reg');
    expect(read).toBe('OK');
  });

  it('refuses a preset of which nothing is left on a file', async () => {
    const file = folder.file('file');
    writeFileSync(file, '');
    const { outcomes, read } = await attempt([policy({ abi: 7, paths: [list(file)] })]);
    expect(outcomes).toMatchObject([{ code: 'wrong-file-type', path: file }]);
    expect(read).toBe('OK');
  });

  it('masks a preset to a file', async () => {
    const { outcomes, read } = await attempt([policy({ abi: 7, paths: [ro(secret)] })]);
    expect(outcomes).toMatchObject([{ status: 'full' }]);
    expect(read).toBe('OK');
  });

  it('follows a symbolic link to what it leads to, and grants nothing else', async () => {
    const [target, other, link] = [folder.file('target'), folder.file('other'), folder.file('link')];
    for (const file of [target, other]) writeFileSync(file, 'content', { mode: 0o644 });
    symlinkSync(target, link);
    const rules = [policy({ abi: 7, paths: [ro(link)] })];
    expect(await attempt(rules, {}, target)).toMatchObject({ read: 'OK' });
    expect(await attempt(rules, {}, link)).toMatchObject({ read: 'OK' });
    expect(await attempt(rules, {}, other)).toMatchObject({ read: 'EACCES' });
  });

  it.each([
    ['in a circle', 'ELOOP', /symbolic links lead in a circle/],
    ['to nothing', 'ENOENT', /mark its rule optional/],
    ['through a file', 'ENOTDIR', /A part of the path is not a directory/],
  ] as const)('restricts nothing when a symbolic link leads %s, and names it', async (_name, errno, hint) => {
    const link = folder.file('link');
    symlinkSync({ ELOOP: link, ENOENT: folder.file('gone'), ENOTDIR: '/etc/passwd/x' }[errno], link);
    const { outcomes, read } = await attempt([policy({ abi: 7, paths: [ro('/usr', link)] })]);
    expect(outcomes).toMatchObject([{ code: 'path-missing', step: 'open', syscall: 'openat', errno, path: link }]);
    expect(outcomes[0]?.message).toMatch(hint);
    expect(read).toBe('OK');
  });

  it('restricts nothing when the working directory of a relative path was removed meanwhile', async () => {
    mkdirSync(folder.file('cwd'));
    const script = 'cd "$1" && rmdir "$1" && shift && exec "$@"';
    const rules = JSON.stringify([policy({ abi: 7, paths: [ro('.', 'inner')] })]);
    execFileSync('chown', ['65534:65534', folder.path]);
    const run = ['sh', folder.file('cwd'), process.execPath, compileFixture(fixture), rules, secret];
    const { stdout } = await runProgram('/bin/sh', ['-c', script, ...run], nobody);
    const { outcomes, read } = JSON.parse(stdout) as Outcome;
    expect(outcomes).toMatchObject([{ code: 'path-missing', errno: 'ENOENT', path: 'inner' }]);
    expect(read).toBe('OK');
  });

  it('restricts nothing when a path is missing, and names it', async () => {
    const gone = folder.file('gone');
    const { outcomes, read } = await attempt([policy({ abi: 7, paths: [ro('/usr', gone)] })]);
    expect(outcomes).toMatchObject([
      { code: 'path-missing', step: 'open', syscall: 'openat', errno: 'ENOENT', path: gone },
    ]);
    expect(outcomes[0]?.message).toContain('mark its rule optional');
    expect(read).toBe('OK');
  });

  it('tells a missing path that is optional, and grants nothing if it is made later', async () => {
    const gone = folder.file('gone');
    const { outcomes, read } = await attempt([policy({ abi: 7, paths: [ro('/usr', gone, { optional: true })] })]);
    expect(outcomes).toMatchObject([{ status: 'full', missingPaths: [gone] }]);
    const line = outcomes[0]?.features.find(({ feature }) => feature === 'fs.read_file');
    expect(line).toMatchObject({ state: 'enforced', reason: `not granted because missing: ${gone}` });
    expect(read).toBe('EACCES');
  });

  it('says what gets round the rules for ports', async () => {
    const { outcomes } = await attempt([policy({ abi: 7, net: { bindTcp: [], connectTcp: [] } })]);
    expect(outcomes[0]?.features).toMatchObject([
      { feature: 'net.bind_tcp', reason: expect.stringMatching(/MPTCP.*listening without binding/) },
      {
        feature: 'net.connect_tcp',
        reason: expect.stringMatching(
          support().abi < fastOpenAbi
            ? /^not for MPTCP sockets, nor for TCP Fast Open on a kernel without the fix of Linux 7\.2: /
            : /^not for MPTCP sockets: /,
        ),
      },
    ]);
  });

  it('says of the audit log that it was asked for, and not that it was seen', async () => {
    const { outcomes } = await attempt([policy({ abi: 7, paths: [], log: { newExec: true, subdomains: false } })]);
    const reason = 'the kernel accepted it; the content of its audit log is not read back';
    expect(outcomes[0]?.features.filter(({ feature }) => feature.startsWith('log.'))).toEqual(
      ['new_exec_on', 'subdomains_off'].map((name) => ({
        layer: 'landlock',
        feature: `log.${name}`,
        state: 'enforced',
        reason,
      })),
    );
  });

  it('says on every line when nothing that is forbidden can be tried', async () => {
    const { outcomes } = await attempt([policy({ abi: 7, handle: ['make_dir'], paths: [] })]);
    expect(outcomes).toMatchObject([
      { proofs: [], features: [{ state: 'enforced', reason: expect.stringContaining('not verified: ') }] },
    ]);
  });

  it('does not hide another failure behind optional', async () => {
    mkdirSync(folder.file('closed'), { mode: 0o700 });
    const { outcomes, read } = await attempt([
      policy({ abi: 7, paths: [ro(folder.file('closed', 'inner'), { optional: true })] }),
    ]);
    expect(outcomes).toMatchObject([{ code: 'not-permitted', errno: 'EACCES', path: folder.file('closed', 'inner') }]);
    expect(read).toBe('OK');
  });

  it('takes 10,000 rules: the first and the last one grant, and nothing beside them is granted', async () => {
    const files = Array.from({ length: 10_001 }, (_, index) => folder.file(`f${index}`));
    for (const file of files) writeFileSync(file, '', { mode: 0o644 });
    const [other = '', first = '', ...rest] = files;
    const rules = policy({ abi: 7, paths: [ro(first, ...rest)] });
    writeFileSync(folder.file('policy.json'), JSON.stringify(rules), { mode: 0o644 });
    const { outcome, reads } = await fixtureJson<{ outcome: LandlockReport; reads: readonly string[] }>(
      new URL('fixtures/many.ts', import.meta.url),
      [folder.file('policy.json'), first, rest.at(-1) ?? '', other],
      nobody,
    );
    expect(outcome).toMatchObject({ status: 'full' });
    expect(reads).toEqual(['OK', 'OK', 'EACCES']);
  });

  it('takes a file that is hidden by a mount for what it is, not for what its path says', async () => {
    // One of the proofs is about the running program, whose path may lead to another file by now.
    mkdirSync(folder.file('bin'));
    copyFileSync(process.execPath, folder.file('bin', 'node'));
    const fixtureFile = compileFixture(new URL('fixtures/hidden.ts', import.meta.url));
    const { stdout, stderr } = await runProgram('unshare', ['--mount', folder.file('bin', 'node'), fixtureFile]);
    expect(stderr).toBe('');
    const report = JSON.parse(stdout) as LandlockReport;
    expect(report).toMatchObject({ status: 'full' });
    expect(report.proofs).not.toContain('open("/proc/self/exe", read_file): EACCES');
  });

  it('keeps to the directory it opened when the path is removed and made again', async () => {
    // The ruleset holds the folder itself: one of the same name is another.
    const race = new URL('fixtures/removed.ts', import.meta.url);
    const inner = folder.file('inner');
    execFileSync('chown', ['65534:65534', folder.path]);
    const outcome = await fixtureJson<{ before: string; after: string }>(race, [inner], nobody);
    expect(outcome).toEqual({ before: 'OK', after: 'EACCES' });
  });
});
