/* Denials are told: exactly those that happen, with the error that the kernel gives without a supervisor. */
import { chmodSync, chownSync, copyFileSync, lchownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

import type { Denial, SandboxOptions } from '@sb/sandbox';
import {
  compileC,
  missing,
  probePath,
  runProgram,
  sandboxUser,
  temporaryFolder,
  type TemporaryFolder,
} from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createSandbox } from '../../src/index.js';

const needed = ['linux', 'landlock6'] as const;
const isOrdinary = missing('root');
const programs = temporaryFolder();
const names = programs.file('names');

beforeAll(async () => {
  await compileC(names, { from: import.meta.url, sources: ['fixtures/names.c'], flags: ['-static'] });
  copyFileSync(probePath(), programs.file('program'));
});
afterAll(() => programs[Symbol.dispose]());

/** A folder with everything that the program names; all may use it by modes. */
function place({ user }: SandboxOptions = {}): TemporaryFolder {
  const folder = temporaryFolder(0o777);
  const at = (...parts: readonly string[]) => folder.file(...parts);
  for (const name of ['open', 'shut', 'wide', 'refer', 'shut/folder', 'open/empty']) {
    mkdirSync(at(name));
    chmodSync(at(name), 0o777);
  }
  const files = ['shut/file', 'shut/modeless', 'shut/granted', 'open/file', 'open/gone', 'open/one', 'wide/there'];
  for (const name of files) {
    writeFileSync(at(name), 'x');
    chmodSync(at(name), name.endsWith('modeless') ? 0 : 0o666);
    if (!isOrdinary) chownSync(at(name), sandboxUser.uid, sandboxUser.gid);
  }
  if (!isOrdinary) chownSync(at('shut/modeless'), 0, 0);
  symlinkSync('file', at('shut/link'));
  // A link of another user may not be linked (protected_hardlinks).
  if (user !== undefined) lchownSync(at('shut/link'), sandboxUser.uid, sandboxUser.gid);
  symlinkSync('missing', at('shut/dangling'));
  symlinkSync('../shut/file', at('open/to-shut'));
  symlinkSync('../open/file', at('shut/to-open'));
  for (const name of ['shut/program', 'open/program']) {
    copyFileSync(programs.file('program'), at(name));
    chmodSync(at(name), 0o755);
  }
  return folder;
}

function policyFor(folder: TemporaryFolder, more: SandboxOptions = {}): SandboxOptions {
  const file = (...parts: readonly string[]) => folder.file(...parts);
  return {
    landlock: {
      preset: 'none',
      paths: [
        { rwx: file('open') },
        { ro: file('shut', 'granted') },
        { rw: [file('wide'), file('refer')], refer: true },
        { rx: names },
        { rw: '/dev/null' },
      ],
    },
    ...more,
  };
}

interface Run {
  readonly lines: readonly (readonly [call: string, errno: number])[];
  readonly denials: readonly Denial[];
  readonly status: number | null;
}

async function run(policy: SandboxOptions, args: readonly string[], denials: boolean): Promise<Run> {
  const child = createSandbox(policy).spawn(names, args, { stdio: ['ignore', 'pipe', 'inherit'], denials });
  const [said, [status]] = await Promise.all([
    text(child.stdout),
    once(child, 'close') as Promise<[number | null]>,
    child.enforcement,
  ]);
  await child.denials?.ended;
  expect(child.denials?.state).toBe(denials ? 'complete' : undefined);
  return { lines: linesOf(said), denials: child.denials?.all ?? [], status };
}

function linesOf(said: string): Run['lines'] {
  return said
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [call = '', errno] = line.split('\t');
      return [call, Number(errno)] as const;
    });
}

const [EACCES, EXDEV] = [13, 18];
const isDenied = ([, errno]: Run['lines'][number]): boolean => errno === EACCES || errno === EXDEV;

/** What a report says of each: the call, its paths, the missing right, the error, and how often. */
const told: readonly string[] = [
  'openat shut/file read_file EACCES 7',
  'openat shut/file write_file EACCES 2',
  'openat shut read_dir EACCES 3',
  'openat shut write_file EACCES 1',
  'openat shut/new make_reg EACCES 1',
  'openat shut/missing make_reg EACCES 1',
  'openat shut/granted write_file EACCES 1',
  'openat /proc/self/environ read_file EACCES 1',
  'openat /proc/self/mounts read_file EACCES 1',
  'openat /proc/self/net/unix read_file EACCES 1',
  'creat shut/created make_reg EACCES 1',
  'creat shut/file write_file EACCES 1',
  'openat2 shut/file read_file EACCES 1',
  'openat2 shut/new2 make_reg EACCES 1',
  'mkdir shut/made make_dir EACCES 2',
  'mkdirat shut/made2 make_dir EACCES 1',
  'mknodat shut/node make_reg EACCES 1',
  'mknodat shut/pipe make_fifo EACCES 1',
  'mknodat shut/socket make_sock EACCES 1',
  'mknodat shut/node2 make_reg EACCES 1',
  'symlink shut/made-link make_sym EACCES 1',
  'symlinkat shut/made-link2 make_sym EACCES 1',
  'rename shut/file shut/other remove_file EACCES 1',
  'rename shut/folder shut/other remove_dir EACCES 1',
  'rename shut/file open/taken remove_file EACCES 1',
  'rename open/one shut/one make_reg EACCES 1',
  'rename open/two wide/two refer EXDEV 1',
  'renameat shut/file shut/other remove_file EACCES 1',
  'renameat2 shut/file shut/link remove_file EACCES 1',
  'link shut/file shut/linked make_reg EACCES 1',
  'link shut/file open/linked refer EXDEV 1',
  'link open/file shut/linked make_reg EACCES 1',
  'linkat shut/file shut/linked make_reg EACCES 1',
  'linkat shut/link shut/linked make_sym EACCES 1',
  'renameat2 shut/file shut/folder remove_dir EACCES 1',
  'rename shut/folder shut/folder2 remove_dir EACCES 1',
  'rename shut/folder shut/folder remove_dir EACCES 1',
  'truncate shut/file truncate EACCES 2',
  'execve shut/program execute EACCES 1',
  'unlink shut/file remove_file EACCES 1',
  'unlink shut/folder remove_file EACCES 1',
  'unlink shut/link remove_file EACCES 1',
  'unlinkat shut/file remove_file EACCES 1',
  'unlinkat shut/folder remove_dir EACCES 1',
  'rmdir shut/folder remove_dir EACCES 2',
  'rmdir shut/file remove_dir EACCES 1',
];

/** Denied lines that are not told: the kernel answers alone where no name leads, or where modes deny as well. */
const untold: ReadonlySet<string> = new Set([
  'open("/proc", O_TMPFILE | O_RDWR, 0600)',
  'open("shut/modeless", O_RDONLY)',
  'open_how(shut, "../shut/file", O_RDONLY, RESOLVE_BENEATH)',
  'open_how(shut, "/file", O_RDONLY, RESOLVE_IN_ROOT)',
  'open_how(AT_FDCWD, "shut/file", O_RDONLY, RESOLVE_NO_SYMLINKS)',
  'link("shut/folder", "shut/linked")',
  'truncate("shut/modeless", 0)',
  'run("shut/folder")',
  'run("shut/file")',
]);

function wordsOf({ call, path, to = '', right, errno, count }: Denial, { path: folder }: TemporaryFolder): string {
  const short = (name = '') => name.replace(`${folder}/`, '').replace(/^\/proc\/\d+/, '/proc/self');
  return [call, short(path), short(to), right, errno, count].filter((word) => word !== '').join(' ');
}

const users: readonly (readonly [string, SandboxOptions, boolean])[] = [
  ['the same user', {}, false],
  ['another user', { user: 'nobody' }, isOrdinary],
  ['root without capabilities', { caps: { keep: [] } }, isOrdinary],
  ['root with all of them', { caps: 'off' }, isOrdinary],
  ['without a guardian', { off: ['process.descendants'] }, false],
  ['one exec', { execOnce: true }, false],
];

describe.skipIf(missing(...needed)).each(users.filter(([, , isLeftOut]) => !isLeftOut))('denials for %s', (_, more) => {
  it('control: without rules for files the calls succeed', async () => {
    using folder = place();
    const { stdout } = await runProgram(names, [folder.path], {});
    const lines = linesOf(stdout);
    expect(lines.length).toBeGreaterThan(90);
    expect(lines.filter((line) => isDenied(line) && !untold.has(line[0]))).toEqual([]);
  });

  it('changes no answer, and is off by default', async () => {
    using plain = place(more);
    using watched = place(more);
    const before = await run(policyFor(plain, more), [plain.path], false);
    const after = await run(policyFor(watched, more), [watched.path], true);
    expect(before.status).toBe(0);
    expect(before.denials).toEqual([]);
    expect(after.lines).toEqual(before.lines);
    expect(before.lines.filter(isDenied).length).toBeGreaterThan(40);
  });

  it('are told: each that happened, none that did not, and what would have allowed it', async () => {
    using folder = place(more);
    const policy = policyFor(folder, more);
    const { lines, denials } = await run(policy, [folder.path], true);
    const byFilter = denials.filter(({ layer }) => layer === 'seccomp');
    expect(byFilter.map(({ call, count }) => [call, count])).toEqual(more.execOnce === true ? [['execve', 5]] : []);
    const byRules = denials.filter(({ layer }) => layer === 'landlock');
    expect(byRules.map((denial) => wordsOf(denial, folder))).toEqual(
      more.execOnce === true ? told.filter((line) => !line.startsWith('exec')) : told,
    );
    const times = byRules.reduce((sum, { count }) => sum + count, 0);
    expect(times).toBe(lines.filter((line) => isDenied(line) && !untold.has(line[0])).length);
    for (const { time, program, pid } of denials) {
      expect(Math.abs(Date.now() - Date.parse(time))).toBeLessThan(600_000);
      expect([program, pid > 1]).toEqual(['names', true]);
    }
  });
});

describe.skipIf(missing(...needed))('what a denial says to add', () => {
  it('is enough', async () => {
    using folder = place();
    using again = place();
    const { denials } = await run(policyFor(folder), [folder.path], true);
    const moved = JSON.stringify(denials.flatMap(({ add }) => add?.path ?? [])).replaceAll(folder.path, again.path);
    const { landlock } = policyFor(again);
    const paths = [...(landlock as { paths: readonly object[] }).paths, ...(JSON.parse(moved) as object[])];
    // What is made and removed meanwhile does not exist when the rules are opened.
    const wider = paths.map((rule) => Object.assign(rule, { optional: true }));
    const after = await run({ landlock: { preset: 'none', paths: wider } }, [again.path], true);
    expect(after.denials.map((denial) => wordsOf(denial, again))).toEqual([]);
  });
});
