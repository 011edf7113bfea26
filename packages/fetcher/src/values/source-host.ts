/**
 * What a source is called in messages: host and port, never credentials; `disk` for a `file:` URL, as pacman has it.
 */
export function sourceHost({ protocol, host }: URL): string {
  return protocol === 'file:' ? 'disk' : host;
}
