/** Options of a command line, one after the other. */
import { refuse } from '../errors.js';

/** How many values an option has: none, or this many words. */
export type Arity = 0 | 1 | 2 | 3;

/** An option as it stands in a command. */
export interface Flag {
  /** With its dashes. */
  readonly name: string;
  readonly values: readonly string[];
}

/** What is known about the options of a command. */
export interface FlagTable {
  /** The command, for errors. */
  readonly command: string;
  readonly arities: ReadonlyMap<string, Arity>;
  /** Long names of short options. */
  readonly short?: ReadonlyMap<string, string>;
}

/**
 * Reads options up to the first other word, or `--`. A value may follow `=`.
 *
 * @throws SandboxError `invalid-policy` for an option that the table has none of, since it may take the next word, and for one without
 *   its values
 */
export function flagsOf(words: readonly string[], table: FlagTable): readonly Flag[] {
  const flags: Flag[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--' || !/^-./.test(word)) break;
    for (const named of word.startsWith('--') ? [longName(word)] : shortNames(word, table)) {
      const { flag, taken } = flagOf(named, words.slice(at + 1, at + 4), table);
      at += taken;
      if (flag !== undefined) flags.push(flag);
    }
  }
  return flags;
}

interface Found {
  /** Undefined for a switch that is off. */
  readonly flag: Flag | undefined;
  /** How many of the next words it takes. */
  readonly taken: number;
}

function flagOf([name, glued]: Named, next: readonly string[], { command, arities }: FlagTable): Found {
  const arity = arities.get(name);
  if (arity === undefined)
    return refuse(
      name.slice(0, 60),
      `is an option of ${command} that is not read`,
      'Leave it out, and look at what it does yourself.',
    );
  if (glued === undefined) {
    const values = next.slice(0, arity);
    if (values.length < arity) return refuse(name, `lacks ${arity === 1 ? 'its value' : 'a value'}`, 'Add it.');
    return { flag: { name, values }, taken: arity };
  }
  if (arity > 0) return { flag: { name, values: [glued] }, taken: 0 };
  if (!/^(?:true|false|1|0)$/.test(glued))
    return refuse(name, `takes no value, and has ${JSON.stringify(glued.slice(0, 60))}`, 'Leave the value out.');
  return { flag: /^(?:false|0)$/.test(glued) ? undefined : { name, values: [] }, taken: 0 };
}

type Named = readonly [name: string, glued: string | undefined];

function longName(word: string): Named {
  const at = word.indexOf('=');
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

/** Short options may stand together, and the last one may have its value with it. */
function shortNames(word: string, { short = new Map<string, string>(), arities }: FlagTable): readonly Named[] {
  const names: Named[] = [];
  for (let at = 1; at < word.length; at++) {
    const name = short.get(word[at] ?? '') ?? `-${word[at] ?? ''}`;
    const rest = word.slice(at + 1).replace(/^=/, '');
    if ((arities.get(name) ?? 0) > 0 && rest !== '') return [...names, [name, rest]];
    names.push([name, undefined]);
  }
  return names;
}
