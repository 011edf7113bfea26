/** The longest word that is compared, in letters. All known names are shorter, and the cost is the product of the lengths. */
const longest = 64;

/**
 * Returns the known word that is most similar to another. It returns undefined if more than a third of the letters differ,
 * or for a word of more than 64 letters.
 *
 * @param word - the word that was written
 * @param known - the words that could be meant
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > longest) return undefined;
  const ranked = known.map((one) => [one, distance(word, one)] as const).sort(([, a], [, b]) => a - b);
  const [best] = ranked;
  return best !== undefined && best[1] <= Math.ceil(word.length / 3) ? best[0] : undefined;
}

/** The Levenshtein distance: how many letters must be inserted, removed or changed. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [at, letter] of Array.from(from).entries()) {
    const next = [at + 1];
    for (const [index, other] of Array.from(to).entries()) {
      const change = (row[index] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(change, (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
