import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';

import * as caps from '@sb/caps';
import { encodeRecord, encodeU32, errnoName } from '@sb/core';
import * as landlock from '@sb/landlock';
import * as privdrop from '@sb/privdrop';
import * as seccomp from '@sb/seccomp';
import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { ProcessRecord, ProgramFile } from '../../src/launch/process-record.js';
import type { LauncherStatus } from '../../src/launch/status.js';
import { processOf, programs, run, runCompiled, runUnder } from '../launcher.js';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder(0o777);
});
afterEach(() => folder[Symbol.dispose]());

const { arg } = seccomp;
type Condition = ReturnType<ReturnType<typeof arg>['eq32']>;

/** A target that leaves a trace when it runs. */
const target = (changes: Partial<ProcessRecord> = {}) => processOf(['/bin/touch', folder.file('ran')], changes);

/** A filter that makes a system call fail with an error that it never has by nature. */
function failing(syscall: string, ...when: readonly Condition[]): Uint8Array {
  return failingIf(syscall, [when]);
}

/** The same where any of several conditions holds. */
function failingIf(syscall: string, any: readonly (readonly Condition[])[]): Uint8Array {
  const rules = any.map((when) => ({ syscall, when, action: seccomp.errno('EOWNERDEAD') }));
  return seccomp.plan(seccomp.policy({ base: 'allow-all', rules }), seccomp.support()).record;
}

const none = () => caps.plan(caps.none(), caps.support(), { userSwitch: true }).record;
const nobody = () => privdrop.plan(privdrop.policy({ user: 'nobody' }), privdrop.support()).record;
const ruleset = (...paths: ReturnType<typeof landlock.rx>[]) =>
  landlock.plan(landlock.policy({ abi: 6, paths }), landlock.support()).record;
const rules = () => ruleset(landlock.rx('/usr', '/bin', '/lib'));
const rootTarget = () => encodeRecord({ layer: 'privdrop', version: 1, flags: 0, payload: encodeU32([0, 5, 0]) });
const emptyFilter = () => encodeRecord({ layer: 'seccomp', version: 1, flags: 0, payload: encodeU32([0, 0]) });

/** A file as a record names what the target is a copy of. */
function fileAt(path: string): ProgramFile {
  const { dev, ino } = statSync(path, { bigint: true });
  return { path, device: dev, inode: ino };
}

type Fault = readonly [step: string, layer: string, errno: string, records: () => readonly Uint8Array[]];

/** Faults that lie in the records. */
const byRecords: readonly Fault[] = [
  ['die_with_parent', 'process', 'ESRCH', () => [target({ parent: 1 })]],
  ['rlimits', 'process', 'EPERM', () => [target({ rlimits: { nofile: Number.POSITIVE_INFINITY } })]],
  ['cwd', 'process', 'ENOENT', () => [target({ cwd: '/nonexistent-sb' })]],
  // Its file is the standard input, which cannot be written to.
  ['cgroup', 'process', 'EBADF', () => [target({ cgroup: { procs: 0, kill: undefined } })]],
  ['open', 'landlock', 'ENOENT', () => [target(), ruleset(landlock.rx('/nonexistent-sb'))]],
  ['record', 'privdrop', 'EINVAL', () => [target(), rootTarget()]],
  ['record', 'seccomp', 'EINVAL', () => [target(), emptyFilter()]],
  ['exec', 'process', 'ENOENT', () => [processOf(['/nonexistent-sb'])]],
  ['exec', 'process', 'EACCES', () => [processOf(['/etc/passwd'])]],
  ['exec', 'process', 'EACCES', () => [target(), ruleset(landlock.ro('/etc'))]],
  ['exec', 'process', 'ESTALE', () => [target({ original: { ...fileAt('/bin/true'), inode: 1n } })]],
  ['exec', 'process', 'ESTALE', () => [target({ original: { ...fileAt('/bin/true'), device: 1n } })]],
  ['exec', 'process', 'EACCES', () => [target({ original: fileAt('/etc/passwd') })]],
  ['exec', 'process', 'ENOENT', () => [target({ original: { path: '/nonexistent-sb', device: 1n, inode: 1n } })]],
];

/** EOWNERDEAD (asm-generic/errno.h), which no call of the launcher has by nature; Node has no name for it. */
const EOWNERDEAD = 130;
const nameOf = (errno: number): string => (errno === EOWNERDEAD ? 'EOWNERDEAD' : errnoName(errno));

const F_SETFD = 2;
const PR_SET_PDEATHSIG = 1;
const PR_CAPBSET_DROP = 24;
const PR_SET_SECUREBITS = 28;
const [PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS] = [38, 39];
const prctl = (option: number) => () => failing('prctl', arg(0).eq32(option));

/** Faults of the kernel: a filter makes the call fail that a step needs. */
const byFilter: readonly (readonly [filter: () => Uint8Array, ...fault: Fault])[] = [
  [prctl(PR_SET_PDEATHSIG), 'die_with_parent', 'process', 'EOWNERDEAD', () => [target()]],
  [() => failing('setsid'), 'new_session', 'process', 'EOWNERDEAD', () => [target()]],
  [() => failing('prlimit64'), 'rlimits', 'process', 'EOWNERDEAD', () => [target({ rlimits: { core: 0 } })]],
  [() => failing('keyctl'), 'session_keyring', 'process', 'EOWNERDEAD', () => [target({ newKeyring: true })]],
  [
    () => failing('fcntl', arg(0).eq32(1), arg(1).eq32(F_SETFD)),
    'cgroup',
    'process',
    'EOWNERDEAD',
    () => [target({ cgroup: { procs: 1, kill: undefined } })],
  ],
  [
    () => failing('write', arg(0).eq32(1)),
    'cgroup',
    'process',
    'EOWNERDEAD',
    () => [target({ cgroup: { procs: 1, kill: undefined } })],
  ],
  [
    () => failing('pidfd_open'),
    'descendants',
    'process',
    'EOWNERDEAD',
    () => [target({ cgroup: { procs: 1, kill: 2 }, guard: 'require', guardCgroup: true })],
  ],
  [() => failing('chdir'), 'cwd', 'process', 'EOWNERDEAD', () => [target()]],
  [() => failing('close_range'), 'descriptors', 'process', 'EOWNERDEAD', () => [target()]],
  [
    () => failing('landlock_create_ruleset'),
    'landlock_create_ruleset',
    'landlock',
    'EOWNERDEAD',
    () => [target(), rules()],
  ],
  [() => failing('landlock_add_rule'), 'landlock_add_rule', 'landlock', 'EOWNERDEAD', () => [target(), rules()]],
  [
    // Not called where it is set, as the outer launcher has done.
    () => failingIf('prctl', [[arg(0).eq32(PR_SET_NO_NEW_PRIVS)], [arg(0).eq32(PR_GET_NO_NEW_PRIVS)]]),
    'no_new_privs',
    'caps',
    'EOWNERDEAD',
    () => [target()],
  ],
  [() => failing('capset'), 'narrow', 'caps', 'EOWNERDEAD', () => [target(), none()]],
  [() => failing('capget'), 'inheritable', 'caps', 'EOWNERDEAD', () => [target(), none(), nobody()]],
  [prctl(PR_CAPBSET_DROP), 'drop-bounding', 'caps', 'EOWNERDEAD', () => [target(), none(), nobody()]],
  [prctl(PR_SET_SECUREBITS), 'securebits', 'caps', 'EOWNERDEAD', () => [target(), none(), nobody()]],
  [() => failing('setgroups'), 'setgroups', 'privdrop', 'EOWNERDEAD', () => [target(), nobody()]],
  [() => failing('setresgid'), 'setresgid', 'privdrop', 'EOWNERDEAD', () => [target(), nobody()]],
  [() => failing('setresuid'), 'setresuid', 'privdrop', 'EOWNERDEAD', () => [target(), nobody()]],
  [
    () => failing('landlock_restrict_self'),
    'landlock_restrict_self',
    'landlock',
    'EOWNERDEAD',
    () => [target(), rules()],
  ],
  [() => failing('seccomp'), 'seccomp', 'seccomp', 'EOWNERDEAD', () => [target(), failing('personality')]],
];

/** sb-exec ends as a shell does where the program could not be executed. */
function statusOf(program: (typeof programs)[number], status: LauncherStatus): number {
  if (program === 'launcher' || status.kind !== 'failed' || status.step !== 'exec') return 125;
  return { ENOENT: 127, EACCES: 126 }[nameOf(status.errno)] ?? 125;
}

describe.skipIf(missing('root', 'linux')).each(programs)('a step of %s that fails', (program) => {
  const runIt = program === 'launcher' ? run : runCompiled;

  it('control: without a fault the target runs, also under an outer launcher', async () => {
    const { status, exit } = await runIt([target({ original: fileAt('/bin/true') }), none(), nobody()]);
    expect({ kind: status.kind, exit }).toEqual({ kind: 'executed', exit: 0 });
    expect(existsSync(folder.file('ran'))).toBe(true);
    const open = { parent: 0, dieWithParent: false, writeDenied: false };
    const own = [target(open), none(), nobody(), ruleset(landlock.rwx('/'))];
    expect(await runUnder(failing('personality'), own, [], program)).toMatchObject({
      status: { kind: 'executed' },
      exit: 0,
    });
  });

  it.each(byRecords)('%s of %s (%s) is named, and the target never runs', async (step, layer, errno, records) => {
    const { status, exit } = await runIt(records());
    expect(status).toMatchObject({ kind: 'failed', layer, step });
    expect(status.kind === 'failed' && nameOf(status.errno)).toBe(errno);
    expect(exit).toBe(statusOf(program, status));
    expect(existsSync(folder.file('ran'))).toBe(false);
  });

  it.each(byFilter)(
    '%s: %s of %s (%s) is named, and the target never runs',
    async (filter, step, layer, errno, records) => {
      const { status, exit } = await runUnder(filter(), records(), [], program);
      expect(status).toMatchObject({ kind: 'failed', layer, step });
      expect(status.kind === 'failed' && nameOf(status.errno)).toBe(errno);
      expect(exit).toBe(statusOf(program, status));
      expect(existsSync(folder.file('ran'))).toBe(false);
    },
  );

  it('closes every descriptor on kernels without close_range too', async () => {
    writeFileSync(folder.file('open'), '');
    const script = `ls /proc/self/fd > ${folder.file('list')}`;
    const plain = processOf(['/bin/sh', '-c', script], { parent: 0 });
    const filter = seccomp.policy({
      base: 'allow-all',
      rules: [{ syscall: 'close_range', when: [], action: seccomp.errno('ENOSYS') }],
    });
    const { record } = seccomp.plan(filter, seccomp.support());
    expect(await runUnder(record, [plain], [], program)).toMatchObject({ status: { kind: 'executed' }, exit: 0 });
    // 0, 1, 2 are kept; 1 is the list, and ls opens the folder as 3.
    expect(readFileSync(folder.file('list'), 'utf8').trim().split('\n')).toEqual(['0', '1', '2', '3']);
  });
});
