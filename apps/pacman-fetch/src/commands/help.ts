import type { Option } from '@sb/cli-kit';

import { helpOption } from '../options/parse.js';
import type { Subcommand } from '../options/command.js';

/** The column of the description of an option. */
const indent = 28;

/**
 * Returns the help of one command. It fits a screen of 24 lines and 80 columns, which a test checks for every command.
 *
 * @param name - of the command
 */
export function helpOf(name: string, { operands, about, options }: Subcommand): string {
  const lines = Object.entries({ ...options, ...helpOption }).map(([long, option]) => optionLine(long, option));
  const usage = ['Usage: pacman-fetch', name, '[options]', operands].filter((word) => word !== undefined).join(' ');
  return `${usage}\n\n${about}\n\nOptions:\n${lines.join('')}`;
}

function optionLine(long: string, { short, value, about }: Option): string {
  const names = `${short === undefined ? '    ' : `-${short}, `}--${long}${value === undefined ? '' : ` ${value}`}`;
  const left = `  ${names}`.padEnd(indent);
  return left.length > indent ? `${left}\n${' '.repeat(indent)}${about}\n` : `${left}${about}\n`;
}
