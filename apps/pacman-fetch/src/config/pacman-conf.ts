import { readFileSync } from 'node:fs';

import { errorCode } from '@sb/core';

import { FetchError } from '../errors.js';
import { glob } from './glob.js';

/** One directive of pacman.conf, with the place it came from. */
export interface Directive {
  /** Name of the section without brackets. */
  readonly section: string;
  readonly key: string;
  /** Undefined for a directive that is written without `=`. */
  readonly value: string | undefined;
  readonly file: string;
  /** Line number, from 1. */
  readonly line: number;
}

/** How deep Include may nest, as in pacman. */
const maxDepth = 10;

/**
 * Reads a configuration file as pacman does: `#` starts a comment only at the start of a line, keys are
 * case-sensitive, white space around a value is dropped, an Include stands for the lines of its files.
 *
 * @param file - path of pacman.conf
 * @throws FetchError `usage` for an unreadable file, a directive outside of a section, or Includes deeper than ten
 */
export function readPacmanConf(file: string): readonly Directive[] {
  const directives: Directive[] = [];
  readInto(directives, { file, section: undefined, depth: 0, from: undefined });
  return directives;
}

/**
 * The first directive of a key in a section: for single values pacman lets an earlier line win.
 *
 * @returns the directive, or undefined if the key isn't there
 */
export function findDirective(directives: readonly Directive[], section: string, key: string): Directive | undefined {
  return directives.find((directive) => directive.section === section && directive.key === key);
}

interface Source {
  readonly file: string;
  /** The section that the including file was in. */
  readonly section: string | undefined;
  readonly depth: number;
  /** Where the Include stands; undefined for the first file. */
  readonly from: string | undefined;
}

/** Reads one file and returns the section it ends in, since an Include's sections go on after it. */
function readInto(directives: Directive[], { file, section, depth, from }: Source): string | undefined {
  let current = section;
  for (const [index, raw] of readText(file, from).split('\n').entries()) {
    const text = raw.trim();
    const place = `${file}:${index + 1}`;
    if (text === '' || text.startsWith('#')) continue;
    if (text.startsWith('[') && text.endsWith(']')) {
      current = text.slice(1, -1);
      continue;
    }
    const { key, value } = splitDirective(text);
    if (key === 'Include') {
      if (value === undefined)
        throw new FetchError('usage', `${place}: Include names no file`, 'Write "Include = path".');
      if (depth >= maxDepth) throw new FetchError('usage', `${place}: Include is nested more than ${maxDepth} deep`);
      for (const included of glob(value)) {
        current = readInto(directives, { file: included, section: current, depth: depth + 1, from: place });
      }
      continue;
    }
    if (current === undefined) {
      throw new FetchError('usage', `${place}: all directives must belong to a section`, 'Begin with "[options]".');
    }
    directives.push({ section: current, key, value, file, line: index + 1 });
  }
  return current;
}

function splitDirective(text: string): { readonly key: string; readonly value: string | undefined } {
  const equals = text.indexOf('=');
  if (equals < 0) return { key: text, value: undefined };
  return { key: text.slice(0, equals).trim(), value: text.slice(equals + 1).trim() };
}

function readText(file: string, from: string | undefined): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    // pacman reads a folder as an empty file.
    if (errorCode(error) === 'EISDIR') return '';
    const where = from === undefined ? '' : `${from}: `;
    throw new FetchError(
      'usage',
      `${where}config file ${file} could not be read: ${(error as Error).message}`,
      from === undefined ? 'Name another file with --config.' : 'Create the file or remove the Include.',
    );
  }
}
