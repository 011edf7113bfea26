/**
 * Returns the first key that an object of a document has twice. `JSON.parse` would silently take the last one.
 *
 * @param text - valid JSON
 * @returns the key as it is written, at most 60 characters; undefined if each key occurs once
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
