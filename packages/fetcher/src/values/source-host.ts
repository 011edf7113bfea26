/**
 * Returns the name of a source in messages: host and port, never credentials; `disk` for a `file:` URL, as in pacman.
 */
export function sourceHost({ protocol, host }: URL): string {
  return protocol === 'file:' ? 'disk' : host;
}
