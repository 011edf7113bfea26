import { heading } from './messages.js';
import { charsetOf, wantsColor } from './environment.js';

/** Words that pacman accepts as yes; so does an empty line. */
const yes = /^(?:y|yes)?$/i;

/**
 * Asks a question in the terminal of the program, as pacman does. Input for a later question stays for the program that
 * asks it.
 *
 * @param question - `Proceed with download?`
 * @param signal - stops it when aborted
 * @returns false for everything but yes, also without an answer
 * @throws the reason of the signal
 */
export async function confirm(question: string, signal: AbortSignal): Promise<boolean> {
  const { stdin, stdout, env } = process;
  signal.throwIfAborted();
  const style = { color: wantsColor('auto', stdout.isTTY, env), charset: charsetOf(env) };
  stdout.write(heading(`${question} [Y/n]`, style).replace(/\n$/, ' '));
  const answer = await new Promise<string | undefined>((resolve, reject) => {
    const settle = (act: () => void): void => {
      // A terminal gives one line at a time. Before the next read, nothing more is taken from it.
      stdin.pause().off('data', hear).off('end', leave);
      signal.removeEventListener('abort', abort);
      act();
    };
    const hear = (bytes: Buffer): void => settle(() => resolve(bytes.toString()));
    const unanswered = (act: () => void): void => {
      // No key has ended the line.
      stdout.write('\n');
      settle(act);
    };
    const leave = (): void => unanswered(() => resolve(undefined));
    const abort = (): void => unanswered(() => reject(signal.reason as Error));
    stdin.on('data', hear).on('end', leave);
    signal.addEventListener('abort', abort);
  });
  return answer !== undefined && yes.test(answer.trim());
}
