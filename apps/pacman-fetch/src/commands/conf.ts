import { readPacmanConf } from '../config/pacman-conf.js';
import { exitStatus } from '../errors.js';
import type { Subcommand } from './subcommand.js';

/** `pacman-fetch conf`: the configuration that is in effect. */
export const conf: Subcommand = {
  operands: '[DIRECTIVE...]',
  about: 'Prints the configuration that is in effect.',
  options: {
    config: { short: 'c', value: 'FILE', about: 'pacman.conf to read (/etc/pacman.conf)', names: 'file' },
  },
  run({ values, operands }) {
    for (const { key, value } of readPacmanConf(values.get('config') ?? '/etc/pacman.conf')) {
      if (operands.length === 0 || operands.includes(key)) {
        process.stdout.write(value === undefined ? `${key}\n` : `${key} = ${value}\n`);
      }
    }
    return exitStatus.done;
  },
};
