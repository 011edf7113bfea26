/**
 * Writes JSON in printable ASCII, so that names in it cannot control a terminal.
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
