import { type Condition, describeCondition } from '../policy/conditions.js';
import type { Rule } from '../policy/rules.js';

interface Earlier {
  readonly index: number;
  readonly keys: readonly string[];
}

/**
 * Finds rules that never decide because an earlier rule for the same call matches whenever they do. The earlier rule
 * has some of their conditions and no others, or none at all.
 *
 * @param rules - in order
 * @returns a map from the index of each such rule to that of the first rule that decides instead
 */
export function shadowedRules(rules: readonly Rule[]): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  const keysOf = rules.map(({ syscall, when }) => [...new Set(when.map((condition) => keyOf(syscall, condition)))]);
  const counts = new Map<string, number>();
  for (const key of keysOf.flat()) counts.set(key, (counts.get(key) ?? 0) + 1);
  // Thousands of rules may share a condition, so each is indexed by its rarest one; the call itself is the key for no
  // condition.
  const byRarest = new Map<string, Earlier[]>();
  for (const [index, { syscall }] of rules.entries()) {
    const keys = keysOf[index] ?? [];
    const given = new Set(keys);
    const candidates = [syscall, ...keys].flatMap((key) => byRarest.get(key) ?? []);
    const implied = candidates.filter((earlier) => earlier.keys.every((key) => given.has(key)));
    if (implied.length > 0) {
      found.set(index, Math.min(...implied.map((earlier) => earlier.index)));
      // The earlier rule also shadows all that it would shadow.
      continue;
    }
    const rarest = keys.toSorted((a, b) => (counts.get(a) ?? 0) - (counts.get(b) ?? 0))[0] ?? syscall;
    const filed = byRarest.get(rarest);
    if (filed === undefined) byRarest.set(rarest, [{ index, keys }]);
    else filed.push({ index, keys });
  }
  return found;
}

const keyOf = (syscall: string, condition: Condition): string => `${syscall} ${describeCondition(condition)}`;
