import { errnoName } from '@sb/core';
import { allows, type FsRight } from '@sb/landlock';
import { compile, simulate, syscallNumber } from '@sb/seccomp';

import type { LayerPolicies } from '../layers.js';
import type { SandboxPlan } from '../plan.js';
import type { Bait } from './bait.js';

/** What is known before the attempts. */
export interface Situation {
  readonly layers: LayerPolicies;
  readonly plan: SandboxPlan;
  readonly bait: Bait;
}

/** One thing that the probe attempts inside. */
export interface Attempt {
  readonly layer: 'privdrop' | 'caps' | 'landlock' | 'seccomp';
  readonly feature: string;
  /** For the probe: an operation and its arguments. */
  readonly operation: readonly (string | number)[];
  /** The error that it must end with; undefined where the sandbox lets it happen as without one. */
  readonly denied: string | undefined;
}

/** A call with the arguments that the probe gives it, which a filter may look at. */
type Call = readonly [name: string, ...args: (number | bigint)[]];

const openat: Call = ['openat'];
const socket: Call = ['socket', 2, 1];
/** What fork(3) of the C library asks of clone(2): CLONE_CHILD_SETTID, CLONE_CHILD_CLEARTID, SIGCHLD. */
const fork: Call = ['clone', 0x0120_0011];

/**
 * Calls that do no harm with these arguments, and that an ordinary process is let make without a filter, or is refused
 * for another reason than a filter gives.
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

/** Everything to attempt under a plan, each with what must come of it. */
export function attemptsOf(situation: Situation): readonly Attempt[] {
  return [...ofUser(situation), ...ofCaps(situation), ...ofLandlock(situation), ...ofSeccomp(situation)];
}

function ofUser({ layers, plan }: Situation): readonly Attempt[] {
  if (plan.expected.user === undefined || layers.privdrop === undefined) return [];
  const attempt = (feature: string, ...operation: (string | number)[]): Attempt => ({
    layer: 'privdrop',
    feature,
    operation,
    denied: 'EPERM',
  });
  return [
    attempt('user', 'setresuid', 0, 0, 0),
    attempt('group', 'setresgid', 0, 0, 0),
    attempt('groups', 'setgroups', 0),
  ];
}

function ofCaps({ plan }: Situation): readonly Attempt[] {
  const target = plan.expected.caps;
  if (target?.permitted === undefined) return [];
  const CAP_CHOWN = 0;
  if (target.permitted.includes('cap_chown')) return [];
  // Having it is asked too: a filter may deny capset(2), and would hide that it could be raised.
  return ['has-permitted', 'raise-permitted'].map((attempt): Attempt => {
    return { layer: 'caps', feature: 'capabilities', operation: [attempt, CAP_CHOWN], denied: 'EPERM' };
  });
}

function ofLandlock(situation: Situation): readonly Attempt[] {
  const { bait, plan } = situation;
  const { landlock } = plan.expected;
  if (landlock === undefined) return [];
  const isOn = (feature: string) =>
    plan.features.some((line) => line.layer === 'landlock' && line.feature === feature && line.state === 'enforced');
  const file = (right: FsRight, calls: readonly Call[], ...operation: string[]): readonly Attempt[] => {
    if (!isOn(`fs.${right}`)) return [];
    const { allowed } = allows(landlock, { path: operation[1] ?? '', right });
    const denied = firstFiltered(situation, calls) ?? (allowed ? undefined : 'EACCES');
    return [{ layer: 'landlock', feature: `fs.${right}`, operation, denied }];
  };
  const other = (feature: string, calls: readonly Call[], operation: Attempt['operation']): readonly Attempt[] => {
    if (!isOn(feature)) return [];
    const denied = firstFiltered(situation, calls) ?? (feature.startsWith('scope.') ? 'EPERM' : 'EACCES');
    return [{ layer: 'landlock', feature, operation, denied }];
  };
  return [
    ...file('read_file', [openat], 'open-read', bait.file),
    ...file('write_file', [openat], 'open-write', bait.file),
    ...file('read_dir', [openat], 'list', bait.folder),
    ...file('make_dir', [['mkdir']], 'mkdir', bait.made),
    ...file('make_sym', [['symlink']], 'symlink', bait.link),
    ...file('execute', [fork, ['execve']], 'execute', bait.program),
    ...other('net.connect_tcp', [socket, ['connect']], ['connect-tcp', closedPort(situation, 'connect_tcp')]),
    ...other('net.bind_tcp', [socket, ['bind']], ['bind-tcp', closedPort(situation, 'bind_tcp')]),
    ...other('scope.signal', [['kill', 1, 0]], ['signal', bait.pid]),
    ...other('scope.abstract_unix_socket', [['socket', 1, 1], ['connect']], ['connect-abstract', bait.abstract]),
  ];
}

/** A port that the policy doesn't grant, for an ordinary user to use. */
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
    return [{ layer: 'seccomp', feature: named(name, words), operation, denied: filtered(situation, call) }];
  });
}

function named(name: string, args: readonly number[]): string {
  return `filter: ${name}(${args.join(', ')})`;
}

const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';

/** The error that the filter gives a call; undefined where it lets it through. */
function filtered({ layers, plan }: Situation, [name, ...args]: Call): string | undefined {
  if (!plan.expected.filter || layers.seccomp === undefined) return undefined;
  if (syscallNumber(name, machine) === undefined) return undefined;
  const { action } = simulate(compile(layers.seccomp), { syscall: name, args, arch: machine });
  if (action.action !== 'errno') return undefined;
  return typeof action.errno === 'number' ? errnoName(action.errno) : action.errno;
}

function firstFiltered(situation: Situation, calls: readonly Call[]): string | undefined {
  return calls.map((call) => filtered(situation, call)).find((error) => error !== undefined);
}
