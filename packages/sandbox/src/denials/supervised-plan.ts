import { plan as planSeccomp, type SeccompPolicy } from '@sb/seccomp';
import { readKernelFile } from '@sb/core';

import { sandboxError } from '../errors.js';
import { letsThrough } from '../filter/questions.js';
import { hasLibuv } from '../native.js';
import type { LayerPolicies } from '../plan/layers.js';
import { machineOf, type SandboxPlan, sandboxSupport, type SandboxSupport } from '../plan/plan.js';

/** Calls that name files. The launcher's own exec is among them: it waits until the supervisor serves. */
const calls: readonly string[] = [
  'open',
  'openat',
  'openat2',
  'creat',
  'mkdir',
  'mkdirat',
  'mknod',
  'mknodat',
  'symlink',
  'symlinkat',
  'unlink',
  'unlinkat',
  'rmdir',
  'rename',
  'renameat',
  'renameat2',
  'link',
  'linkat',
  'truncate',
  'execve',
  'execveat',
  // These are asked about because of links of proc(5), which lead to other processes.
  'readlink',
  'readlinkat',
];

/** Calls that trace a process, or count as that. */
const tracing: readonly string[] = ['ptrace', 'process_vm_readv', 'process_vm_writev', 'pidfd_getfd', 'kcmp'];

/** Calls that send a signal. */
const signalling: readonly string[] = [
  'kill',
  'tkill',
  'tgkill',
  'pidfd_send_signal',
  'rt_sigqueueinfo',
  'rt_tgsigqueueinfo',
];

/** Calls that name a unix socket. */
const naming: readonly string[] = ['connect', 'sendto', 'sendmsg', 'sendmmsg'];

/** Calls for which Landlock has rules by port. */
const byPort = { connect: 'connect_tcp', bind: 'bind_tcp' } as const;

const AF_UNIX = 1;

function callsFor({ expected: { landlock } }: SandboxPlan, seccomp: SeccompPolicy): readonly string[] {
  const ports = Object.entries(byPort).filter(([, right]) => landlock?.handled.net.includes(right) === true);
  const isScoped = landlock?.scope.includes('signal') === true;
  const machine = machineOf(sandboxSupport());
  // Where the filter lets no program make a unix socket, none has to be looked at.
  const names = machine !== undefined && letsThrough(seccomp, machine, ['socket', AF_UNIX]);
  const isRestricted =
    landlock?.scope.includes('abstract_unix_socket') === true || landlock?.handled.fs.includes('resolve_unix') === true;
  const asked = [...calls, ...tracing, ...ports.map(([call]) => call), ...(isScoped ? signalling : [])];
  return [...new Set([...asked, ...(names && isRestricted ? naming : [])])];
}

const supervised = new WeakMap<SandboxPlan, SandboxPlan>();

/**
 * Returns a plan with the same restrictions whose filter asks a supervisor. It asks about names of files and the like
 * where it lets the call through, and about calls that it denies with an error.
 *
 * @param plan - of these layers
 * @throws SandboxError `unsupported-kernel`, `unsupported-platform` if denials cannot be reported here
 */
export function supervisedPlan(plan: SandboxPlan, layers: LayerPolicies): SandboxPlan {
  const known = supervised.get(plan);
  if (known !== undefined) return known;
  const support = sandboxSupport();
  const obstacle = obstacleTo(plan, layers, support);
  if (obstacle !== undefined) throw unsupported(obstacle);
  const { proofKey, seccomp } = support;
  const filter =
    layers.seccomp && planSeccomp(layers.seccomp, seccomp, { proofKey, supervise: callsFor(plan, layers.seccomp) });
  // The filter is the last record, if there is one.
  const others = plan.expected.filter ? plan.records.slice(0, -1) : plan.records;
  if (filter?.record.length === 0) throw unsupported(withoutFilter);
  const records = filter === undefined ? others : [...others, filter.record];
  const made = { ...plan, records, expected: { ...plan.expected, filter: true } };
  supervised.set(plan, made);
  return made;
}

interface Obstacle {
  readonly what: string;
  readonly hint: string;
}

const withoutFilter: Obstacle = {
  what: 'the sandbox has no filter that could ask a supervisor',
  hint: 'Do not switch seccomp off.',
};

function obstacleTo(
  { expected }: SandboxPlan,
  { seccomp }: LayerPolicies,
  { launcher, seccomp: filters, caps }: SandboxSupport,
): Obstacle | undefined {
  if (!launcher || !expected.launcher) return { what: 'only Linux has a supervisor', hint: 'Leave denials out.' };
  if (!hasLibuv()) return { what: 'only Node can read them', hint: 'Leave denials out, or use Node.' };
  if ((expected.landlock?.handled.fs.length ?? 0) === 0) {
    return {
      what: 'Landlock does not restrict files in this sandbox',
      hint: 'Grant some files, or leave denials out.',
    };
  }
  if (seccomp === undefined || filters.state !== 'available' || !filters.actions.includes('user-notify')) {
    return withoutFilter;
  }
  const reads = caps.state === 'available' && caps.present.effective.includes('cap_sys_ptrace');
  const scope = ptraceScope();
  return scope === 3 || (scope > 0 && !reads)
    ? {
        what: `kernel.yama.ptrace_scope is ${scope}, so a supervisor cannot read the names that the program uses`,
        hint: 'Set it to 0, or start the sandbox as root with CAP_SYS_PTRACE.',
      }
    : undefined;
}

/** 0 without Yama (Documentation/admin-guide/LSM/Yama.rst). */
function ptraceScope(): number {
  try {
    return Number(readKernelFile('/proc/sys/kernel/yama/ptrace_scope').trim());
  } catch {
    return 0;
  }
}

function unsupported({ what, hint }: Obstacle): Error {
  return sandboxError('unsupported-kernel', 'denials', {
    what: `denials cannot be reported: ${what}`,
    hint: `${hint} The target was not run.`,
  });
}
