import { heading } from './messages.js';
import { charsetOf, wantsColor } from './environment.js';

/** Words that pacman takes for yes; an empty line is one, too. */
const yes = /^(?:y|yes)?$/i;

/**
 * Asks a question in the terminal that the program was started in, as pacman does. What is typed ahead of another
 * question stays for whoever asks that.
 *
 * @param question - `Proceed with download?`
 * @param signal - ends it when aborted
 * @returns false for everything but yes, also where nobody answers
 * @throws the signal's reason
 */
export async function confirm(question: string, signal: AbortSignal): Promise<boolean> {
  const { stdin, stdout, env } = process;
  signal.throwIfAborted();
  const style = { color: wantsColor('auto', stdout.isTTY, env), charset: charsetOf(env) };
  stdout.write(heading(`${question} [Y/n]`, style).replace(/\n$/, ' '));
  const answer = await new Promise<string | undefined>((resolve, reject) => {
    const settle = (act: () => void): void => {
      // A terminal gives a line at a time: before it is read again, nothing more is taken from it.
      stdin.pause().off('data', hear).off('end', leave);
      signal.removeEventListener('abort', abort);
      act();
    };
    const hear = (bytes: Buffer): void => settle(() => resolve(bytes.toString()));
    const unanswered = (act: () => void): void => {
      // Nobody has ended the line.
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
