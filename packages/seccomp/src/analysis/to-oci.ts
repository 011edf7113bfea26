import { seccompError } from '../errors.js';
import { type CubePart, cubesOf } from '../exact/cubes.js';
import { type Diagram, Diagrams } from '../exact/diagrams.js';
import { caseDiagram } from '../exact/policy-diagram.js';
import { type Action, decodeAction, describeAction, encodeAction, sameAction } from '../policy/actions.js';
import type { SeccompOptions, SeccompPolicy } from '../policy/options.js';
import { policy as validate } from '../policy/policy.js';
import { verdicts } from '../policy/verdicts.js';
import type { Architecture } from '../tables/architectures.js';
import { errnoNumber } from '../tables/errnos.js';
import { syscallTable } from '../tables/syscalls.js';
import type { Unsaid } from './unsaid.js';

/** A profile, and what it cannot express of the policy. */
export interface ToOci {
  /** JSON: `linux.seccomp` of the runtime-spec. */
  readonly document: string;
  readonly unsaid: readonly Unsaid[];
}

/** With more rules than this for one call, libseccomp would take minutes. It merges rules on one argument fast. */
const rulesMax = { oneArgument: 2048, several: 256 };

const architectureNames: Readonly<Record<Architecture, string>> = {
  x86_64: 'SCMP_ARCH_X86_64',
  i386: 'SCMP_ARCH_X86',
  aarch64: 'SCMP_ARCH_AARCH64',
  riscv64: 'SCMP_ARCH_RISCV64',
};

/**
 * Returns a policy as an OCI profile, for Docker, Podman, containerd, CRI-O and Kubernetes. The default action is the
 * policy's answer to numbers without a name. The rules of a profile have no order. So the policy's rules are rewritten
 * until no two match the same call: for each action the exact set of calls, as masks and values.
 *
 * @param given - a policy, or its options
 * @throws SeccompError `inexpressible` if a call needs more than 256 rules, or 2,048 on one argument, or has another answer on
 *   another architecture; `too-complex`; the errors of `policy`
 */
export function toOci(given: SeccompPolicy | SeccompOptions): ToOci {
  const policy = validate(given);
  const entries: string[] = [];
  const whole = new Map<string, string[]>();
  for (const [name, rules] of rulesOf(policy)) {
    for (const { action, args } of rules) {
      const said = saidOf(action, 'action', 'errnoRet');
      if (args.length > 0) entries.push(`{"names":["${name}"],${said},"args":[${args.join(',')}]}`);
      else whole.set(said, [...(whole.get(said) ?? []), name]);
    }
  }
  const lists = [...whole].map(([said, names]) => `{"names":${JSON.stringify(names)},${said}}`);
  const named = policy.architectures.map((one) => `"${architectureNames[one]}"`);
  const document = `{${saidOf(policy.unknown, 'defaultAction', 'defaultErrnoRet')},"architectures":[${named.join(',')}],"syscalls":[\n${[...lists, ...entries].join(',\n')}\n]}\n`;
  return { document, unsaid: unsaidOf(policy) };
}

interface OciRule {
  readonly action: Action;
  /** Conditions as JSON. */
  readonly args: readonly string[];
}

function rulesOf(policy: SeccompPolicy): ReadonlyMap<string, readonly OciRule[]> {
  const diagrams = new Diagrams();
  const found = new Map<string, Diagram>();
  for (const architecture of policy.architectures) {
    const table = syscallTable(architecture);
    for (const [number, verdict] of verdicts(policy, architecture)) {
      const name = table.get(number) ?? '';
      const made = caseDiagram(diagrams, verdict);
      // libseccomp compares the lower halves for i386, so rules about whole arguments become others, or the same one twice.
      if (architecture === 'i386' && !diagrams.isLeaf(made) && policy.architectures.length > 1)
        throw inexpressible(`${name} has rules about arguments, which i386 compares in another way`);
      if ((found.get(name) ?? made) !== made) throw inexpressible(`${name} has a different answer on ${architecture}`);
      found.set(name, made);
    }
  }
  const sorted = [...found].sort(([one], [other]) => (one < other ? -1 : 1));
  return new Map(sorted.map(([name, made]) => [name, rulesFrom(diagrams, made, { name, unknown: policy.unknown })]));
}

interface Call {
  readonly name: string;
  readonly unknown: Action;
}

/** The rules of a call whose answer is not the default. */
function rulesFrom(diagrams: Diagrams, diagram: Diagram, { name, unknown }: Call): readonly OciRule[] {
  const rules: OciRule[] = [];
  const compared = new Set<number>();
  for (const { answer, parts } of cubesOf(diagrams, diagram)) {
    const action = decodeAction(answer);
    if (sameAction(action, unknown)) continue;
    for (const { arg } of parts) compared.add(arg);
    const most = compared.size > 1 ? rulesMax.several : rulesMax.oneArgument;
    if (rules.length >= most) throw inexpressible(`${name} needs more than ${most} rules`);
    rules.push({ action, args: parts.map(conditionOf) });
  }
  return rules;
}

const conditionOf = ({ arg, mask, value }: CubePart): string =>
  mask === (1n << 64n) - 1n
    ? `{"index":${arg},"value":${value},"op":"SCMP_CMP_EQ"}`
    : `{"index":${arg},"value":${mask},"valueTwo":${value},"op":"SCMP_CMP_MASKED_EQ"}`;

const actions: Readonly<Record<Action['action'], string>> = {
  'kill-process': 'SCMP_ACT_KILL_PROCESS',
  'kill-thread': 'SCMP_ACT_KILL_THREAD',
  trap: 'SCMP_ACT_TRAP',
  errno: 'SCMP_ACT_ERRNO',
  'user-notify': 'SCMP_ACT_NOTIFY',
  trace: 'SCMP_ACT_TRACE',
  log: 'SCMP_ACT_LOG',
  allow: 'SCMP_ACT_ALLOW',
};

/** An action as two keys of a profile. */
function saidOf(action: Action, key: string, errorKey: string): string {
  const data =
    action.action === 'errno' ? errorOf(action.errno) : action.action === 'trace' && 'data' in action ? action.data : 0;
  if (data > 4095) throw inexpressible(`${describeAction(action)} has more data than a profile can hold`);
  return `"${key}":"${actions[action.action]}"${data === 0 ? '' : `,"${errorKey}":${data}`}`;
}

const errorOf = (error: string | number): number => (typeof error === 'number' ? error : (errnoNumber(error) ?? 0));

function unsaidOf(policy: SeccompPolicy): readonly Unsaid[] {
  const killed = { action: 'kill-thread' } as const;
  const isOnX86 = policy.architectures.includes('x86_64');
  const isOther = (action: Action) => !sameAction(action, killed);
  const traps = [policy.denied, policy.unknown, ...policy.rules.map(({ action }) => action)].filter(
    (action) => action.action === 'trap' && encodeAction(action) !== encodeAction({ action: 'trap', data: 0 }),
  );
  const unsaid: readonly (readonly [isSo: boolean, path: string, what: string])[] = [
    [isOther(policy.foreign), 'foreign', 'calls of other architectures kill the thread there'],
    [isOnX86 && isOther(policy.x32), 'x32', 'calls of the x32 table kill the thread there'],
    [traps.length > 0, 'rules', 'a trap has no data there'],
    [
      !isOnX86 && policy.architectures.includes('i386'),
      'architectures',
      'calls of x86_64 are answered by the same names there',
    ],
    [isOnX86, '(number)', 'number -1, which is not a call, gets the default there'],
  ];
  return unsaid.flatMap(([isSo, path, what]) => (isSo ? [{ path, what }] : []));
}

function inexpressible(what: string): Error {
  const hint = 'Simplify the rules of this call, or give the policy one architecture.';
  return seccompError('inexpressible', 'oci', { what: `no profile can express it: ${what}`, hint });
}
