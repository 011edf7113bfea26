/** Rows in one sandbox, each in a separate copy of the working folder: to start a sandbox takes longer than what they do. */
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Place } from './place.js';
import type { Row } from './row.js';

/** Whether all that a row needs is the profile, and a working folder. */
export function sharesSandbox({ line, profile, options, isDenied = false, within }: Row): boolean {
  const isPlain = options === undefined && within === undefined && !isDenied;
  return profile === 'project' && isPlain && !/\bnode\b|\bnpm\b|\{[a-z]+\}/.test(line);
}

/** What a row has printed, and its exit status. */
interface Outcome {
  readonly row: Row;
  readonly status: string;
  readonly said: string;
}

/**
 * Makes the folders of rows.
 *
 * @returns a line that runs the rows, one after the other
 */
export function lineOfAll(rows: readonly Row[], { home, work }: Place): string {
  cpSync(work, join(home, 'original'), { recursive: true });
  const lines = rows.map(({ line }, index) => {
    cpSync(join(home, 'original'), join(work, `row${index}`), { recursive: true });
    return `(cd row${index} && sh -c ${quoted(line)}) >said${index} 2>&1; echo $? >status${index}`;
  });
  return lines.join('\n');
}

const quoted = (line: string): string => `'${line.replaceAll("'", `'\\''`)}'`;

/** @returns what came of the rows, in their order */
export function outcomesOfAll(rows: readonly Row[], { work }: Place): readonly Outcome[] {
  const read = (name: string): string => {
    const file = join(work, name);
    return existsSync(file) ? readFileSync(file, 'utf8').trimEnd() : 'nothing';
  };
  return rows.map((row, index) => ({ row, status: read(`status${index}`), said: `${read(`said${index}`)}\n` }));
}
