/**
 * JSON in printable ASCII: it does nothing to a terminal, whatever a name holds.
 *
 * @param value - as for `JSON.stringify`
 * @param indent - blanks for each level. Default: one line
 */
export function asciiJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replaceAll(
    /[^\x20-\x7E\n]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
