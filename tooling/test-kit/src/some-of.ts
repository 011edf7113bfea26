/** A case of a matrix: its dimensions by name. Two values are the same where `String` says so. */
type Case = object;

/** What a value of a dimension is called: `scheme=http`. */
const named = ([name, value]: readonly [string, unknown]): string => `${name}=${String(value)}`;

/**
 * What must occur so that each value of each dimension does.
 *
 * @param one - a case, whose values are texts, numbers, booleans, or have their own text
 */
export function valuesOf(one: Case): readonly string[] {
  return Object.entries(one).map(named);
}

/**
 * What must occur so that each two values of two dimensions do so together: most mistakes need no third one.
 *
 * @param one - a case, see {@link valuesOf}
 */
export function pairsOf(one: Case): readonly string[] {
  const values = valuesOf(one);
  return values.flatMap((first, at) => values.slice(at + 1).map((second) => `${first} ${second}`));
}

/**
 * The cases of a matrix that a test tries. `npm run test:long` tries all of them. `npm test` tries so few that everything
 * that is named still occurs. The cases are the same each time, in the order in which they are given.
 *
 * @param cases - of the matrix, all of them
 * @param namesOf - what must occur, of a case. Default: each two values of two dimensions
 */
export function someOf<T extends Case>(
  cases: readonly T[],
  namesOf: (one: T) => readonly string[] = pairsOf,
): readonly T[] {
  if (process.env['SB_LONG'] === '1') return cases;
  const missing = new Set(cases.flatMap(namesOf));
  const taken = new Set<T>();
  const news = (one: T): number => new Set(namesOf(one).filter((name) => missing.has(name))).size;
  while (missing.size > 0) {
    const most = cases.reduce((best, one) => (news(one) > news(best) ? one : best));
    taken.add(most);
    for (const name of namesOf(most)) missing.delete(name);
  }
  return cases.filter((one) => taken.has(one));
}
