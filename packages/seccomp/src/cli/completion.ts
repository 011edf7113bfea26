import { completionFor } from '@sb/cli-kit';

import { baseNames } from '../policy/presets.js';
import { commandNames, commands, type OptionName, options } from './options.js';

/** Returns a completion script, made from the tables of commands and options. @param shell - one of the table */
export function completion(shell: string): string | undefined {
  const only = (names: readonly OptionName[]) => Object.fromEntries(names.map((name) => [name, options[name]]));
  return completionFor(shell, {
    program: { name: 'sb-seccomp', about: '', options: only(['completion', 'version', 'help']), offers: [] },
    commands: commandNames.map((name) => ({
      name,
      about: commands[name].about,
      options: only([...commands[name].takes, 'json']),
      offers: baseNames,
    })),
    printedBy: (name) => `sb-seccomp --completion ${name}`,
    runs: false,
  });
}
