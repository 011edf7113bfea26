import { writeFileSync } from 'node:fs';

import { runProgram } from './program.js';
import { temporaryFolder } from './temporary.js';

/** Completes the last word of a line in a shell that has read the script. */
const asked = {
  // --option=value arrives as three words.
  bash: (line: readonly string[]) => {
    const words = line.flatMap((word) => word.split(/(?==)|(?<==)/)).map((word) => `'${word}'`);
    return `
    COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; COMP_LINE='${line.join(' ')}'
    _${line[0]?.replaceAll('-', '_')}; printf '%s\\n' "\${COMPREPLY[@]}"`;
  },
  fish: (line: readonly string[]) => `complete -C '${line.join(' ')}' | string replace -r '\\t.*' ''`,
} as const;

/**
 * What a shell offers for the last word of a command line.
 *
 * @param shell - that is asked
 * @param script - its completion of the program
 * @param line - the program and its arguments, of which the last is unfinished
 * @throws where the shell says something on standard error
 */
export async function offersIn(
  shell: keyof typeof asked,
  script: string,
  line: readonly string[],
): Promise<readonly string[]> {
  using folder = temporaryFolder();
  const file = folder.file('script');
  writeFileSync(file, `${script}\n${asked[shell](line)}\n`);
  const env = { PATH: process.env['PATH'], HOME: folder.path, TERM: 'dumb' };
  const { stdout, stderr } = await runProgram(shell, [file], { env });
  if (stderr !== '') throw new Error(`${shell} says: ${stderr}`);
  return stdout.split('\n');
}

/**
 * Types lines and a tab in a zsh, and waits after each until it shows what is expected.
 *
 * @param script - its completion of the program
 * @param lines - what is typed, and what the shell then completes it to or lists
 * @returns the last words that were shown; the shell was killed where they are not those of the last line
 */
export async function typedInZsh(script: string, lines: readonly (readonly [typed: string, shown: string])[]) {
  using folder = temporaryFolder();
  const file = folder.file('script');
  writeFileSync(file, script);
  // The line editor needs a terminal; zpty is zsh's own.
  const typed = lines.map(([line, shown]) => {
    // After a match in what the line itself echoes nothing would have been completed.
    if (line.includes(shown)) throw new Error(`${line} has ${shown} in it before it is completed`);
    return `
      zpty -w -n shell $'${line}\\t'
      zpty -r -m shell part '*${shown}*'; print -r -- '${shown}'
      zpty -w -n shell $'\\x15'`;
  });
  const session = `
    zmodload zsh/zpty
    zpty shell zsh -f -i
    zpty -w shell 'PS1=; autoload -Uz compinit; compinit -u -D; source ${file}; print is'' ready'
    zpty -r -m shell part '*is ready*'
    ${typed.join('\n')}
    zpty -d shell`;
  const env = { PATH: process.env['PATH'], HOME: folder.path, TERM: 'xterm' };
  const { stdout } = await runProgram('zsh', ['-f', '-c', session], { env, timeout: 30_000 });
  return stdout.trimEnd().split('\n');
}
