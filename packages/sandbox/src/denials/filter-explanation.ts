import { evaluate, type NumberedCall, policy as filterPolicy, type SeccompPolicy, syscallOf } from '@sb/seccomp';

import { filterReason } from '../filter/filter-reason.js';
import { passes } from '../filter/questions.js';
import type { Denial, DenialAddition } from './denial.js';

type About = Pick<Denial, 'call' | 'rule' | 'add'>;

interface Call extends NumberedCall {
  /** Its arguments are 0 where the filter did not look at them. */
  readonly seen: { readonly number: number; readonly args: readonly bigint[] };
}

const AF_UNIX = 1n;

/**
 * Explains a call that the filter denied, by asking the policy about it once more.
 *
 * @param text - the architecture, the number and the arguments, in hexadecimal (native/launcher/denials/filter.h)
 * @param seccomp - the policy of the filter
 */
export function ofFilter(text: string, seccomp: SeccompPolicy | undefined): About {
  const [audit = 0n, nr = 0n, ...args] = text.split(' ').map((word) => BigInt(`0x${word}`));
  const number = Number(nr);
  const known = syscallOf(Number(audit), number);
  if (known === undefined || seccomp === undefined) return { call: known?.name ?? String(number) };
  const call = { ...known, seen: { number, args } };
  const { rule } = evaluate(seccomp, call.architecture, call.seen);
  const add = additionFor(call, seccomp);
  return {
    call: known.name,
    rule: filterReason(known.name, { rule, base: seccomp.base, does: 'denies' }),
    ...(add === undefined ? {} : { add }),
  };
}

/** An addition that was tried on the policy of the filter; undefined if no option is enough. */
function additionFor({ name, architecture, seen }: Call, seccomp: SeccompPolicy): DenialAddition | undefined {
  // What the policy denies by name is meant.
  if (seccomp.deny.includes(name)) return undefined;
  const wider = filterPolicy({ ...seccomp, allow: [...seccomp.allow, name] });
  if (passes(evaluate(wider, architecture, seen).action)) return { options: ['--allow', name], allow: [name] };
  const isUnix = (name === 'socket' || name === 'socketpair') && seen.args[0] === AF_UNIX;
  return isUnix ? { options: ['--unix', 'any'], unix: 'any' } : undefined;
}
