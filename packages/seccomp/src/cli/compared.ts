import { isSandboxError } from '@sb/core';

import { difference } from '../analysis/algebra.js';
import { callsApart } from '../analysis/apart.js';
import { compare, type FilterComparison } from '../analysis/compare.js';
import type { AnyProgram } from '../exact/prove.js';
import { describeCall } from '../exact/witness.js';
import { describeAction } from '../policy/actions.js';
import type { SeccompPolicy } from '../policy/options.js';
import type { Answer } from './answer.js';

type Filter = SeccompPolicy | AnyProgram;

const sentences: Readonly<Record<FilterComparison['relation'], string>> = {
  equal: 'both give the same answer to every call',
  alike: 'both let the same calls through, but some other answers differ',
  subset: 'the second lets through every call that the first does, but not the other way round',
  superset: 'the first lets through every call that the second does, but not the other way round',
  overlap: 'each lets calls through that the other does not',
  disjoint: 'no call is let through by both',
};

/**
 * Returns how two filters relate.
 *
 * @param expected - the relations for which the exit status is 0
 */
export function comparison([a, b]: readonly [Filter, Filter], expected: ReadonlySet<string>): Answer {
  const found = compare(a, b);
  const { relation, onlyA, onlyB, differs } = found;
  const only = { first: callsOnlyIn(a, b), second: callsOnlyIn(b, a) };
  const lines = [
    `${relation}: ${sentences[relation]}`,
    ...(onlyA === undefined ? [] : [`only in the first, for instance: ${describeCall(onlyA)}`]),
    ...(only.first.length === 0 ? [] : [`only in the first: ${listed(only.first)}`]),
    ...(onlyB === undefined ? [] : [`only in the second, for instance: ${describeCall(onlyB)}`]),
    ...(only.second.length === 0 ? [] : [`only in the second: ${listed(only.second)}`]),
    ...(differs === undefined
      ? []
      : [
          `the first difference: ${describeCall(differs.call)}`,
          `  the first says ${describeAction(differs.a)}, the second ${describeAction(differs.b)}`,
        ]),
  ];
  const data = { ...found, ...(only.first.length + only.second.length === 0 ? {} : { only }) };
  return { text: `${lines.join('\n')}\n`, data, status: expected.has(relation) ? 0 : 1 };
}

const listed = (names: readonly string[]): string =>
  `${names.join(' ')}${names.some((name) => name.endsWith('?')) ? ' (?: for some arguments or architectures)' : ''}`;

/**
 * Returns the names of the calls that only the first policy lets through, with a `?` after those of which it lets
 * through only some.
 */
function callsOnlyIn(a: Filter, b: Filter): readonly string[] {
  if ('bytes' in a || 'bytes' in b) return [];
  try {
    const { allow, rules } = difference(a, b);
    const going = rules.filter(({ action }) => ['allow', 'log', 'trace', 'user-notify'].includes(action.action));
    const some = going.map(({ syscall }) => syscall).filter((name) => !allow.includes(name));
    const ruled = new Set(rules.map(({ syscall }) => syscall));
    return [...new Set([...allow, ...some])].sort().map((name) => (ruled.has(name) ? `${name}?` : name));
  } catch (error) {
    // The examples stay where that is too complex.
    if (!isSandboxError(error)) throw error;
    return error.code === 'inexpressible' ? callsOnlyInSome(a, b) : [];
  }
}

/** The same by architecture, where the answers differ between those. */
function callsOnlyInSome(a: SeccompPolicy, b: SeccompPolicy): readonly string[] {
  try {
    const shared = a.architectures.filter((one) => b.architectures.includes(one));
    const only = shared
      .flatMap((one) => callsApart(a, b, one))
      .filter(({ how }) => how === 'stricter' || how === 'both');
    return [...new Set(only.map(({ name }) => `${name}?`))].sort();
  } catch (error) {
    if (isSandboxError(error)) return [];
    throw error;
  }
}
