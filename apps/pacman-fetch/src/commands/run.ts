import { ConfigError, problemText } from '../config/problem.js';
import { exitStatus, FetchError } from '../errors.js';
import { parseOptions } from '../options/parse.js';
import { requireKernelPaths } from '../kernel-paths.js';
import { helpOf } from './help.js';
import { commandOf } from './table.js';
import { printMessage } from '../ui/print-message.js';

/**
 * Loads a command and runs it, or shows its help. It reports all mistakes of a configuration.
 *
 * @param name - of the command
 * @param args - the words after its name
 * @returns exit status
 * @throws FetchError whose kind is the exit status
 */
export async function runCommand(name: string, args: readonly string[]): Promise<number> {
  const command = await commandOf(name)?.load();
  if (command === undefined) throw new FetchError('usage', `${name} is not a command`);
  const parsed = parseOptions(name, command.options, args);
  if (parsed.switches.has('help')) {
    process.stdout.write(helpOf(name, command));
    return exitStatus.done;
  }
  const [extra] = command.operands === undefined ? parsed.operands : [];
  if (extra !== undefined) {
    throw new FetchError('usage', `${name} does not take arguments: ${extra}`, `Try "pacman-fetch ${name} --help".`);
  }
  if (command.isOfText !== true) requireKernelPaths();
  try {
    return await command.run(parsed);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) printMessage('error', { text: problemText(problem), hint: problem.hint });
    return exitStatus[error.kind];
  }
}
