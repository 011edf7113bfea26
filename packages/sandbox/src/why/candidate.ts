import { dirname } from 'node:path';

import { presetDefaults } from '../policy/filesystem.js';
import type { LandlockChoice, SandboxOptions, ShortRule } from '../policy/options.js';
import { bindService } from '../system/low-port.js';
import type { Verdicts } from './answer.js';
import type { Attempted } from './attempted.js';
import type { ReadQuestion } from './question.js';

/** One possible addition to a policy. */
export interface Candidate {
  /** Words for `sb-run`; absent if no option expresses it. */
  readonly options?: readonly string[];
  readonly rules?: readonly ShortRule[];
  readonly net?: Net;
  readonly scope?: NonNullable<LandlockChoice['scope']>;
  readonly unix?: 'any';
  readonly call?: string;
  readonly capability?: typeof bindService;
}

type Net = NonNullable<LandlockChoice['net']>;

/** A policy with the addition of a candidate. */
export function withCandidate(
  options: SandboxOptions,
  { rules, net, scope, unix, call, capability }: Candidate,
): SandboxOptions {
  if (rules !== undefined) return withFiles(options, ({ paths = [] }) => ({ paths: [...paths, ...rules] }));
  if (net !== undefined) return withFiles(options, (before) => ({ net: withPorts(before.net, net) }));
  if (scope !== undefined) return withFiles(options, () => ({ scope }));
  if (unix !== undefined) return { ...options, unix };
  if (call !== undefined) return { ...options, seccomp: withCall(options.seccomp, call) };
  return capability === undefined ? options : { ...options, caps: withCapability(options.caps, capability) };
}

function withFiles(options: SandboxOptions, added: (before: LandlockChoice) => LandlockChoice): SandboxOptions {
  const { landlock = {} } = options;
  if (landlock === 'off') return options;
  const before = typeof landlock === 'object' ? landlock : { preset: landlock };
  return { ...options, landlock: { ...before, ...added(before) } };
}

function withPorts(before: Net = {}, added: Net): Net {
  const { connectTcp, bindTcp } = before;
  const both = (there: Net['bindTcp'], more: Net['bindTcp']) =>
    [there, more].flatMap((list) => (list === 'any' ? [] : (list ?? [])));
  return {
    ...before,
    ...(added.connectTcp === undefined ? {} : { connectTcp: both(connectTcp, added.connectTcp) }),
    ...(added.bindTcp === undefined ? {} : { bindTcp: both(bindTcp, added.bindTcp) }),
  };
}

function withCall(seccomp: SandboxOptions['seccomp'], call: string): NonNullable<SandboxOptions['seccomp']> {
  if (seccomp === 'off') return seccomp;
  const before = typeof seccomp === 'object' ? seccomp : { base: seccomp ?? 'deny-dangerous' };
  return { ...before, allow: [...(before.allow ?? []), call] };
}

function withCapability(caps: SandboxOptions['caps'], name: typeof bindService): NonNullable<SandboxOptions['caps']> {
  if (caps === 'off') return caps;
  const before = typeof caps === 'object' ? caps : {};
  const { keep = [], ambient = [] } = before;
  return keep === 'all' ? before : { ...before, keep: [...keep, name], ambient: [...ambient, name] };
}

/** An attempt, as it was asked and as the kernel sees it. */
interface Asking {
  readonly question: ReadQuestion;
  readonly attempt: Attempted;
}

/**
 * Possible additions, the least first.
 *
 * @param policy - which they are added to
 */
export function candidatesFor(
  { layer }: Verdicts,
  { question, attempt: { calls } }: Asking,
  policy: SandboxOptions,
): readonly Candidate[] {
  if (layer === 'seccomp') {
    // Most profiles make no internet sockets until a port is named.
    const allowing = [...new Set(calls.map(([name]) => name))].map((call) => ({ options: ['--allow', call], call }));
    const sockets = typeof question.connect === 'string' ? [anySocket] : [];
    return [...sockets, ...portsOf(question), ...allowing];
  }
  if (layer === 'caps') {
    return [{ options: ['--caps', bindService], capability: bindService }];
  }
  if (typeof question.connect === 'string') return [widerScope(policy)];
  const ports = portsOf(question);
  return ports.length > 0 ? ports : ofFiles(question);
}

const anySocket: Candidate = { options: ['--unix', 'any'], unix: 'any' };

/** The other scopes of the policy stay. */
function widerScope({ landlock }: SandboxOptions): Candidate {
  const { scope: before = presetDefaults.scope } = typeof landlock === 'object' ? landlock : {};
  const scope = before.filter((name) => name !== 'abstract_unix_socket');
  return { options: ['--scope', scope.length === 0 ? 'none' : scope.join(',')], scope };
}

function portsOf({ connect, bind }: ReadQuestion): readonly Candidate[] {
  if (typeof connect === 'number') {
    return [{ options: ['--connect-tcp', String(connect)], net: { connectTcp: [connect] } }];
  }
  return bind === undefined ? [] : [{ options: ['--bind-tcp', String(bind)], net: { bindTcp: [bind] } }];
}

function ofFiles({ read, write, execute, make, remove, rename, link, to }: ReadQuestion): readonly Candidate[] {
  if (read !== undefined) return [granting('ro', read)];
  if (execute !== undefined) return [granting('rx', execute)];
  if (write !== undefined) return [granting('rw', write), granting('rw', dirname(write))];
  const one = make ?? remove;
  if (one !== undefined) return [granting('rw', dirname(one.replace(/\/+$/, '')))];
  const [from, target] = [dirname(rename ?? link ?? ''), dirname(to ?? '')];
  const both = [...new Set([from, target])];
  return [
    ...both.map((folder) => granting('rw', folder)),
    { options: both.flatMap((folder) => ['--rw', folder]), rules: [{ rw: both }] },
    // No option allows moving files between directories.
    { rules: [{ rw: both, refer: true }] },
  ];
}

function granting(access: 'ro' | 'rx' | 'rw', path: string): Candidate {
  return { options: [`--${access}`, path], rules: [{ [access]: path }] };
}
