/* Every option of every command: the program reads it, the help of `-o` has it, and the man page has no other. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { help } from './arguments.js';
import { commands } from './commands/table.js';
import { completedProgram } from './commands/completed.js';
import { oneFileOptions } from './options/one-file.js';

const read = (file: string): string => readFileSync(join(import.meta.dirname, file), 'utf8');

/** What a file reads of options: `switches.has('json')`, `values.get('config')`. */
function optionsRead(file: string): readonly string[] {
  return [...read(file).matchAll(/(?:switches\.has|values\.get)\('([a-z-]+)'\)/g)].map(([, name = '']) => name);
}

/** The files that read the options of a command. */
function readersOf(command: string): readonly string[] {
  if (command === 'pacman-fetch') return ['arguments.ts'];
  const own = `commands/${command}.ts`;
  const session = read(own).includes('inSession(') ? ['download/session.ts', 'download/look.ts'] : [];
  return [own, ...session, 'commands/run.ts'];
}

const { program, commands: others } = await completedProgram(commands);
const all = [program, ...others];
const names = new Set(all.flatMap(({ options }) => Object.keys(options)));

describe('an option', () => {
  it.each(all.map(({ name, options }) => [name, Object.keys(options)] as const))('of "%s" is read', (name, own) => {
    const known = new Set(readersOf(name).flatMap(optionsRead));
    expect(own.filter((long) => !known.has(long))).toEqual([]);
  });

  it('of -o FILE URL is in the help of the program', () => {
    const own = Object.keys(oneFileOptions).map((long) => (long === 'output' ? '-o FILE URL' : `--${long}`));
    expect(own.filter((spelling) => !help().includes(spelling))).toEqual([]);
  });

  it('that the man page names is one of these', () => {
    const named = [...read('../man/pacman-fetch.8.md').matchAll(/--([a-z][a-z-]+)/g)].map(([, long = '']) => long);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((long) => !names.has(long))).toEqual([]);
  });
});
