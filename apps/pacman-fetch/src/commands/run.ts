import { exitStatus } from '../errors.js';
import { readGiven } from './given.js';
import { helpOf } from './help.js';
import type { CommandEntry } from './table.js';

/**
 * Loads a command and does it, or shows its help.
 *
 * @param name - of the command
 * @param entry - its line of the table
 * @param args - what follows its name
 * @returns exit status
 * @throws FetchError whose kind is the exit status
 */
export async function runCommand(name: string, entry: CommandEntry, args: readonly string[]): Promise<number> {
  const command = await entry.load();
  const given = readGiven(name, command.options, args);
  if (!given.switches.has('help')) return await command.run(given);
  process.stdout.write(helpOf(name, command));
  return exitStatus.done;
}
