import { charsetOf, wantsColor } from './environment.js';
import { message } from './messages.js';

/**
 * Says something on standard error as pacman does, in colour where that is wanted. What comes from a file can't do
 * anything to the terminal.
 *
 * @param kind - whether it stops us
 * @param said - the text, and what helps
 */
export function printMessage(kind: Parameters<typeof message>[0], said: Parameters<typeof message>[1]): void {
  const { env, stderr } = process;
  stderr.write(message(kind, said, { color: wantsColor('auto', stderr.isTTY, env), charset: charsetOf(env) }));
}
