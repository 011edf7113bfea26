/* Tracing of what is outside, and files by links of proc(5): each denial is told, with the error that it has without a supervisor. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

import type { Denial, SandboxOptions } from '@sb/sandbox';
import { compileC, missing, probePath, sandboxUser, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createSandbox } from '../../src/index.js';

const programs = temporaryFolder();
const traces = programs.file('traces');
const isOrdinary = missing('root');
const victims: ChildProcess[] = [];

beforeAll(async () => {
  await compileC(traces, { from: import.meta.url, sources: ['fixtures/traces.c'], flags: ['-static'] });
});
afterAll(() => {
  for (const victim of victims) victim.kill();
  programs[Symbol.dispose]();
});

function place(): TemporaryFolder {
  const folder = temporaryFolder(0o777);
  for (const name of ['shut', 'open']) {
    mkdirSync(folder.file(name));
    chmodSync(folder.file(name), 0o777);
  }
  writeFileSync(folder.file('shut', 'file'), 'x');
  chmodSync(folder.file('shut', 'file'), 0o666);
  copyFileSync(probePath(), folder.file('shut', 'program'));
  chmodSync(folder.file('shut', 'program'), 0o755);
  symlinkSync('/proc/self/fd/0', folder.file('to-stdin'));
  return folder;
}

/** Calls that the filter denies otherwise, so that Landlock is asked. */
const allow = ['ptrace', 'process_vm_readv', 'process_vm_writev', 'pidfd_getfd', 'kcmp'];

async function run(more: SandboxOptions, victim: number, denials: boolean) {
  using folder = place();
  const policy: SandboxOptions = {
    landlock: { preset: 'none', paths: [{ ro: '/' }, { rx: traces }, { rw: folder.file('open') }] },
    seccomp: { base: 'deny-dangerous', allow },
    ...more,
  };
  const child = createSandbox(policy).spawn(traces, [String(victim), folder.path], {
    stdio: ['ignore', 'pipe', 'inherit'],
    denials,
  });
  const [said] = await Promise.all([text(child.stdout), once(child, 'close'), child.enforcement]);
  await child.denials?.ended;
  expect(child.denials?.state).toBe(denials ? 'complete' : undefined);
  const wordsOf = ({ call, path = '', target, right, errno, count }: Denial) =>
    [call, path.replace(`${folder.path}/`, '').replace(/\/#\d+ /, '/# '), target, right, errno, count]
      .filter((word) => word !== '' && word !== undefined)
      .join(' ')
      .replaceAll(String(victim), 'V');
  const told = child.denials?.all.filter(({ layer }) => layer === 'landlock') ?? [];
  return { lines: said.trimEnd().split('\n'), told: told.map(wordsOf) };
}

const thread = 'V/task/V';
const ofMemory = ['mem', 'environ', 'auxv', 'maps', 'smaps', 'smaps_rollup', 'numa_maps', 'pagemap', 'fdinfo/0'];
const traced: readonly string[] = [
  // Once by its path, and for some of them once more by a descriptor of the directory.
  ...ofMemory.flatMap((name) => [
    `openat /proc/V/${name} V ptrace EACCES ${name === 'maps' ? 2 : 1}`,
    `openat /proc/${thread}/${name} V ptrace EACCES 1`,
  ]),
  'openat /proc/V/root V ptrace EACCES 4',
  `openat /proc/${thread}/root V ptrace EACCES 3`,
  'openat /proc/V/cwd V ptrace EACCES 2',
  `openat /proc/${thread}/cwd V ptrace EACCES 2`,
  'openat /proc/V/fd/0 V ptrace EACCES 1',
  `openat /proc/${thread}/fd/0 V ptrace EACCES 1`,
  'openat /proc/V/ns/user V ptrace EACCES 1',
  `openat /proc/${thread}/ns/user V ptrace EACCES 1`,
  'readlinkat /proc/V/exe V ptrace EACCES 1',
  'readlinkat /proc/V/cwd V ptrace EACCES 1',
  'readlinkat /proc/V/root V ptrace EACCES 2',
  'readlinkat /proc/V/fd/0 V ptrace EACCES 1',
  'readlinkat /proc/V/ns/user V ptrace EACCES 1',
  'mkdirat /proc/V/root V ptrace EACCES 1',
  'truncate /proc/V/exe V ptrace EACCES 1',
  'ptrace V ptrace EPERM 1',
  'process_vm_readv V ptrace EPERM 2',
  'process_vm_writev V ptrace EPERM 1',
  'pidfd_getfd V ptrace EPERM 1',
  'kcmp V ptrace EPERM 2',
];

/** By "/proc/self/fd", "/dev/fd" and "/proc/thread-self/fd". */
const byLinks: readonly string[] = [
  'openat shut/file write_file EACCES 10',
  'truncate shut/file truncate EACCES 3',
  'execveat shut/program execute EACCES 5',
  'unlink shut/file remove_file EACCES 3',
  'linkat open/# (deleted) make_reg EACCES 3',
];

/** With CAP_PERFMON (Linux 6.13) the kernel opens most of these without a question. */
const readable: ReadonlySet<string> = new Set(ofMemory.slice(1, -1).flatMap((name) => [name, `task/V/${name}`]));
const isReadable = (words: string) => readable.has(/^openat \/proc\/V\/(\S+)/.exec(words)?.[1] ?? '');
/** The program itself is a file that may not be changed; modes deny that to another user. */
const ofProgram = /^truncate \S+\/traces /;

/** Root without capabilities may not trace a root that has them, whatever the rules are. */
const users: readonly (readonly [string, SandboxOptions, readonly string[]])[] = isOrdinary
  ? [['the same user', {}, traced]]
  : [
      ['another user', { user: 'nobody' }, traced],
      ['root with capabilities', { caps: 'off' }, traced.filter((words) => !isReadable(words))],
      ['root without capabilities', { caps: { keep: [] } }, []],
    ];

describe.skipIf(missing('linux', 'landlock6')).each(users)('tracing by %s', (_, more, expected) => {
  it('is denied as without a supervisor, and each is told', async () => {
    const ids = more.user === undefined ? {} : { uid: sandboxUser.uid, gid: sandboxUser.gid };
    const victim = spawn('sleep', ['1000'], { ...ids, stdio: ['pipe', 'ignore', 'ignore'] });
    victims.push(victim);
    await once(victim, 'spawn');
    const plain = await run(more, victim.pid ?? 0, false);
    const watched = await run(more, victim.pid ?? 0, true);
    expect(watched.lines).toEqual(plain.lines);
    expect(plain.lines).toEqual(expect.arrayContaining(['outside: open stat\t0', 'child: open maps\t0']));
    expect(watched.told.filter((words) => !ofProgram.test(words))).toEqual([...expected, ...byLinks]);
  });
});
