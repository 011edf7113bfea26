import { errnoName } from '@sb/core';
import { allows, type FsRight } from '@sb/landlock';
import { compile, type SeccompFilter, type SeccompPolicy, simulate, syscallNumber } from '@sb/seccomp';

import type { LayerPolicies } from '../plan/layers.js';
import type { SandboxPlan } from '../plan/plan.js';
import type { Bait } from './bait.js';

/** Facts before the attempts. */
export interface Situation {
  readonly layers: LayerPolicies;
  readonly plan: SandboxPlan;
  readonly bait: Bait;
}

/** One attempt of the probe in the sandbox. */
export interface Attempt {
  readonly layer: 'privdrop' | 'caps' | 'landlock' | 'seccomp';
  readonly feature: string;
  /** For the probe: an operation and its arguments. */
  readonly operation: readonly (string | number)[];
  /** The error with which it must fail; undefined if the sandbox allows it as without a sandbox. */
  readonly denied: string | undefined;
  /**
   * Who attempts it without the sandbox: `user` is the sandbox's user. `caller` is the user of this process, for
   * attempts about the loss of that very identity that touch no file.
   */
  readonly control: 'user' | 'caller';
}

/** A call with the arguments of the probe, which a filter may check. */
type Call = readonly [name: string, ...args: (number | bigint)[]];

const openat: Call = ['openat'];
const socket: Call = ['socket', 2, 1];
/** The flags of the probe's clone(2) for a child: SIGCHLD. */
const fork: Call = ['clone', 17];

/**
 * Calls that are harmless with these arguments. Without a filter an ordinary process may make them, or gets another
 * error than that of a filter.
 */
const harmlessCalls: readonly Call[] = [
  ['unshare', 0],
  ['personality', 0xffff_ffff],
  ['keyctl', 0xffff],
  ['add_key', 0, 0, 0, 0, 0],
  ['io_uring_setup', 0, 0],
  ['userfaultfd', 0xffff],
  ['process_vm_readv', 0, 0, 0, 0, 0, 0xffff],
  ['ptrace', 0xffff, 0],
  ['memfd_create', 0, 0],
  ['execve', 0, 0, 0],
  ['socket', 16, 3, 9],
];

/** Lists all attempts for a plan, each with its expected result. */
export function attemptsOf(situation: Situation): readonly Attempt[] {
  return [...ofUser(situation), ...ofCaps(situation), ...ofLandlock(situation), ...ofSeccomp(situation)];
}

function ofUser(situation: Situation): readonly Attempt[] {
  const { layers, plan } = situation;
  if (plan.expected.user === undefined || layers.privdrop === undefined) return [];
  const attempt = (feature: string, ...operation: readonly [string, ...number[]]): Attempt =>
    namedFor(situation, [[...operation]], {
      layer: 'privdrop',
      feature,
      operation,
      denied: 'EPERM',
      control: 'caller',
    });
  // Having them is tested too: a filter may deny the calls that would raise them, and nothing would show that they are
  // gone.
  return [
    attempt('user', 'is-euid', 0),
    attempt('user', 'setresuid', 0, 0, 0),
    attempt('group', 'has-group', 0),
    attempt('group', 'setresgid', 0, 0, 0),
    attempt('groups', 'setgroups', 0),
  ];
}

function ofCaps(situation: Situation): readonly Attempt[] {
  const target = situation.plan.expected.caps;
  if (target?.permitted === undefined) return [];
  const CAP_CHOWN = 0;
  if (target.permitted.includes('cap_chown')) return [];
  const attempt = (operation: string, calls: readonly Call[]): Attempt =>
    namedFor(situation, calls, {
      layer: 'caps',
      feature: 'capabilities',
      operation: [operation, CAP_CHOWN],
      denied: 'EPERM',
      control: 'caller',
    });
  // Having it is tested too: a filter may deny capset(2), and would hide that it could be raised.
  return [attempt('has-permitted', [['capget']]), attempt('raise-permitted', [['capget'], ['capset']])];
}

function ofLandlock(situation: Situation): readonly Attempt[] {
  const { bait, plan } = situation;
  const { landlock } = plan.expected;
  if (landlock === undefined) return [];
  const isOn = (feature: string) =>
    plan.features.some((line) => line.layer === 'landlock' && line.feature === feature && line.state === 'enforced');
  const attempt = (feature: string, calls: readonly Call[], rest: Pick<Attempt, 'operation' | 'denied'>) =>
    isOn(feature) ? [namedFor(situation, calls, { layer: 'landlock', feature, control: 'user', ...rest })] : [];
  const file = (right: FsRight, calls: readonly Call[], ...operation: readonly [string, string]) => {
    const { allowed } = allows(landlock, { path: operation[1], right });
    return attempt(`fs.${right}`, calls, { operation, denied: allowed ? undefined : 'EACCES' });
  };
  const other = (feature: string, calls: readonly Call[], operation: Attempt['operation']) =>
    attempt(feature, calls, { operation, denied: feature.startsWith('scope.') ? 'EPERM' : 'EACCES' });
  const { files, pid, abstract } = bait;
  return [
    ...file('read_file', [openat], 'open-read', files.file),
    ...file('write_file', [openat], 'open-write', files.file),
    ...file('read_dir', [openat], 'list', files.folder),
    ...file('make_dir', [['mkdirat']], 'mkdir', files.made),
    ...file('make_sym', [['symlinkat']], 'symlink', files.link),
    ...file('execute', [fork, ['execve']], 'execute', files.program),
    ...other('net.connect_tcp', [socket, ['connect']], ['connect-tcp', closedPort(situation, 'connect_tcp')]),
    ...other('net.bind_tcp', [socket, ['bind']], ['bind-tcp', closedPort(situation, 'bind_tcp')]),
    ...other('scope.signal', [['kill', 1, 0]], ['signal', pid]),
    ...other('scope.abstract_unix_socket', [['socket', 1, 1], ['connect']], ['connect-abstract', abstract]),
  ];
}

/** If the filter denies a call of the attempt, the attempt tests the filter, and the result names that call. */
function namedFor(situation: Situation, calls: readonly Call[], attempt: Attempt): Attempt {
  for (const call of calls) {
    const denied = filtered(situation, call);
    if (denied !== undefined) return { ...attempt, layer: 'seccomp', feature: `filter: ${call[0]}`, denied };
  }
  return attempt;
}

/** A port that the policy does not grant, and that an ordinary user may use. */
function closedPort({ plan }: Situation, right: string): number {
  const open = plan.expected.landlock?.ports.filter(({ rights }) => rights.some((one) => one === right)) ?? [];
  let port = 47_321;
  while (open.some((rule) => rule.port === port)) port++;
  return port;
}

function ofSeccomp(situation: Situation): readonly Attempt[] {
  if (!situation.plan.expected.filter) return [];
  return harmlessCalls.flatMap((call): Attempt[] => {
    const [name, ...args] = call;
    const number = syscallNumber(name, machine);
    if (number === undefined) return [];
    const words = args.map((argument) => Number(argument));
    const operation = ['syscall', number, ...words];
    return [
      { layer: 'seccomp', feature: named(name, words), operation, denied: filtered(situation, call), control: 'user' },
    ];
  });
}

function named(name: string, args: readonly number[]): string {
  return `filter: ${name}(${args.join(', ')})`;
}

const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';

/** What was compiled: thirty calls ask the same filter, and compiling it takes longer than an attempt. */
const filters = new WeakMap<SeccompPolicy, SeccompFilter>();

function filterOf(policy: SeccompPolicy): SeccompFilter {
  const filter = filters.get(policy) ?? compile(policy);
  filters.set(policy, filter);
  return filter;
}

/** The error of the filter for a call; undefined if the filter allows it. */
function filtered({ layers, plan }: Situation, [name, ...args]: Call): string | undefined {
  if (!plan.expected.filter || layers.seccomp === undefined) return undefined;
  if (syscallNumber(name, machine) === undefined) return undefined;
  const { action } = simulate(filterOf(layers.seccomp), { syscall: name, args, arch: machine });
  if (action.action !== 'errno') return undefined;
  return typeof action.errno === 'number' ? errnoName(action.errno) : action.errno;
}
