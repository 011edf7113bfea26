/* A kernel that says yes and does nothing, or what answers in its place, is found out before the target runs. */
import { existsSync } from 'node:fs';

import * as caps from '@sb/caps';
import * as privdrop from '@sb/privdrop';
import * as seccomp from '@sb/seccomp';
import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { ProcessRecord } from '../../src/launch/process-record.js';
import { processOf, programs, runUnder } from '../launcher.js';
import { saysYesTo } from '../liar.js';

const { arg } = seccomp;
const PR_SET_PDEATHSIG = 1;
const PR_CAPBSET_DROP = 24;
const PR_SET_SECUREBITS = 28;
const PR_GET_NO_NEW_PRIVS = 39;
const SECCOMP_SET_MODE_FILTER = 1;

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder(0o777);
});
afterEach(() => folder[Symbol.dispose]());

const target = (changes: Partial<ProcessRecord> = {}) => processOf(['/bin/touch', folder.file('ran')], changes);
const none = () => caps.plan(caps.none(), caps.support(), { userSwitch: true }).record;
const nobody = (groups: 'none' | readonly number[] = 'none') =>
  privdrop.plan(privdrop.policy({ user: 'nobody', groups }), privdrop.support()).record;
/** A filter that shows whether it is in force. */
const filter = () => {
  const policy = seccomp.policy({ base: 'allow-all', deny: ['personality'] });
  return seccomp.plan(policy, seccomp.support(), { proofKey: seccomp.newProofKey() }).record;
};
const prctl = (option: number) => () => saysYesTo('prctl', [arg(0).eq32(option)]);
/** Where /proc says which descriptors are to be closed, as before Linux 5.9. */
const unlisted = (syscall: string) => () => saysYesTo(syscall, [], [['close_range', 'ENOSYS']]);

type Lie = readonly [
  name: string,
  lie: () => Uint8Array,
  found: readonly [layer: string, step: string],
  records: () => readonly Uint8Array[],
];

const joins = () => [target({ cgroup: { procs: 1, kill: undefined } })];

const lies: readonly Lie[] = [
  ['setsid', () => saysYesTo('setsid'), ['process', 'verify'], () => [target()]],
  ['close_range', () => saysYesTo('close_range'), ['process', 'verify'], () => [target()]],
  [
    'close_range, where no mark can be set',
    () => saysYesTo('close_range', [], ['dup3']),
    ['process', 'verify'],
    () => [target()],
  ],
  [
    'getdents64, by which older kernels tell what is open',
    unlisted('getdents64'),
    ['process', 'verify'],
    () => [target()],
  ],
  ['close, on older kernels', unlisted('close'), ['process', 'verify'], () => [target()]],
  ['prctl(PR_SET_PDEATHSIG)', prctl(PR_SET_PDEATHSIG), ['process', 'verify'], () => [target()]],
  ['prctl, whatever is asked', () => saysYesTo('prctl'), ['process', 'verify'], () => [target()]],
  [
    'prlimit64(core)',
    () => saysYesTo('prlimit64'),
    ['process', 'verify'],
    () => [target({ rlimits: { core: 0, nofile: 99 } })],
  ],
  [
    'prlimit64 that sets, and not the one that asks',
    () => saysYesTo('prlimit64', [arg(2).ne64(0)]),
    ['process', 'verify'],
    () => [target({ rlimits: { nofile: 99 } })],
  ],
  ['umask', () => saysYesTo('umask'), ['process', 'verify'], () => [target({ umask: 0o077 })]],
  ['umask, for none', () => saysYesTo('umask'), ['process', 'verify'], () => [target({ umask: 0 })]],
  ['umask, for all', () => saysYesTo('umask'), ['process', 'verify'], () => [target({ umask: 0o777 })]],
  ['keyctl', () => saysYesTo('keyctl'), ['process', 'verify'], () => [target({ newKeyring: true })]],
  [
    'keyctl that tells which keyring it is',
    () => saysYesTo('keyctl', [arg(0).eq32(0)]),
    ['process', 'verify'],
    () => [target({ newKeyring: true })],
  ],
  // Its file is the standard output here, which the target would still have.
  ['close of the file of a cgroup', () => saysYesTo('close', [arg(0).eq32(1)]), ['process', 'verify'], joins],
  ['write to it', () => saysYesTo('write', [arg(0).eq32(1)]), ['process', 'cgroup'], joins],
  ['chdir', () => saysYesTo('chdir'), ['process', 'verify'], () => [target({ cwd: '/usr' })]],
  // Set already by who loaded the filter, so that only the question can be lied about.
  ['prctl(PR_GET_NO_NEW_PRIVS)', prctl(PR_GET_NO_NEW_PRIVS), ['caps', 'verify'], () => [target()]],
  ['prctl(PR_CAPBSET_DROP)', prctl(PR_CAPBSET_DROP), ['caps', 'verify'], () => [target(), none(), nobody()]],
  ['prctl(PR_SET_SECUREBITS)', prctl(PR_SET_SECUREBITS), ['caps', 'verify'], () => [target(), none(), nobody()]],
  // Nothing is asked of capset(2) where the sets are so: what says that they are must be the kernel.
  ['capget', () => saysYesTo('capget'), ['caps', 'verify'], () => [target(), none(), nobody()]],
  ['capset', () => saysYesTo('capset'), ['caps', 'verify'], () => [target(), none()]],
  ['setgroups', () => saysYesTo('setgroups'), ['privdrop', 'verify'], () => [target(), nobody([27])]],
  ['setresgid', () => saysYesTo('setresgid'), ['privdrop', 'verify'], () => [target(), nobody()]],
  ['setresuid', () => saysYesTo('setresuid'), ['privdrop', 'verify'], () => [target(), nobody()]],
  [
    'seccomp(SECCOMP_SET_MODE_FILTER)',
    () => saysYesTo('seccomp', [arg(0).eq32(SECCOMP_SET_MODE_FILTER)]),
    ['seccomp', 'prove'],
    () => [target(), filter()],
  ],
  ['seccomp, whatever is asked', () => saysYesTo('seccomp'), ['seccomp', 'prove'], () => [target(), filter()]],
];

describe.skipIf(missing('root', 'linux')).each(programs)('success that is a lie, to %s,', (program) => {
  it('control: where nothing lies, the target runs', async () => {
    const whole = target({ parent: 0, rlimits: { core: 0, nofile: 99 }, cwd: '/usr', dieWithParent: true });
    const { status, exit } = await runUnder(
      saysYesTo('personality'),
      [whole, none(), nobody([27]), filter()],
      [],
      program,
    );
    expect({ kind: status.kind, exit }).toEqual({ kind: 'executed', exit: 0 });
    expect(existsSync(folder.file('ran'))).toBe(true);
  });

  it('twin: where no mark can be set, descriptors that are closed are found closed', async () => {
    const { status } = await runUnder(saysYesTo('personality', [], ['dup3']), [target()], [], program);
    expect(status.kind).toBe('executed');
  });

  it('twin: where /proc lists them, descriptors that are closed are found closed', async () => {
    const { status } = await runUnder(unlisted('personality')(), [target()], [], program);
    expect(status.kind).toBe('executed');
  });

  it.each(lies)('of %s is found out, and the target never runs', async (_name, lie, [layer, step], records) => {
    const { status, exit } = await runUnder(lie(), records(), [], program);
    expect(status).toMatchObject({ kind: 'failed', layer, step });
    expect(exit).toBe(125);
    expect(existsSync(folder.file('ran'))).toBe(false);
  });
});
