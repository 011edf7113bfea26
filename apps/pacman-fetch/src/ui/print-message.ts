import { charsetOf, wantsColor } from './environment.js';
import { message } from './messages.js';

/**
 * Prints a message to standard error as pacman does, in colour if that is wanted. Control characters from files are
 * replaced, so that they cannot affect the terminal.
 *
 * @param kind - error or warning
 * @param said - the text, and a hint
 */
export function printMessage(kind: Parameters<typeof message>[0], said: Parameters<typeof message>[1]): void {
  const { env, stderr } = process;
  stderr.write(message(kind, said, { color: wantsColor('auto', stderr.isTTY, env), charset: charsetOf(env) }));
}
