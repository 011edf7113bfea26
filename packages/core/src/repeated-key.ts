/**
 * The first key that an object of a document has twice, of which `JSON.parse` would take the last in silence.
 *
 * @param text - JSON, which `JSON.parse` takes
 * @returns the key as it is written, at most 60 characters; undefined where each is there once
 */
export function repeatedKey(text: string): string | undefined {
  const objects: Set<string>[] = [];
  for (const [token, string, colon] of text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[[{]|[\]}]/gs)) {
    if (token === '[' || token === '{') objects.push(new Set());
    else if (token === ']' || token === '}') objects.pop();
    if (string === undefined || colon === undefined) continue;
    const key = JSON.parse(string) as string;
    if (objects.at(-1)?.has(key) === true) return string.slice(0, 60);
    objects.at(-1)?.add(key);
  }
  return undefined;
}
