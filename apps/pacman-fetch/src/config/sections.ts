import { errorCode, isFolderLost, lostFolder, systemReason } from '@sb/core';
import { filesClause, isFilesError } from '@sb/files';

import { type FileText, FileTexts } from './file-text.js';
import { glob } from './glob.js';
import { linesOf, trimmed } from './lines.js';
import type { Place } from './place.js';
import type { Problem } from './problem.js';
import { underSystemRoot } from './system-root.js';

/** One directive, with its place. */
export interface Directive extends Place {
  readonly key: string;
  /** Undefined for a directive that is written without `=`. */
  readonly value: string | undefined;
}

/** The lines between two headers; a name may occur more than once. */
export interface Section extends Place {
  /** Without brackets. */
  readonly name: string;
  readonly directives: readonly Directive[];
}

/** A file and all files that it includes. */
export interface Sections {
  readonly sections: readonly Section[];
  readonly problems: readonly Problem[];
}

/** The same, with facts about the first file. */
export interface ReadSections extends Sections {
  /** Its state when it was read; undefined if it could not be read. */
  readonly file: Omit<FileText, 'bytes'> | undefined;
  /** Whether the file does not exist. */
  readonly isAbsent: boolean;
}

/** How deep Include may nest, as in pacman. */
const maxDepth = 10;

/**
 * Reads a configuration file as pacman does. `#` starts a comment only at the start of a line, keys are case-sensitive,
 * and white space around a value is dropped. An Include is replaced by the lines of its files; the lines after it
 * belong to the section in which these files end. Never throws, and always ends.
 *
 * @param file - path of the first file
 * @param sysroot - the root of included files; undefined: the root of this process
 */
export function readSections(file: string, sysroot?: string): ReadSections {
  const reader = new Reader(sysroot);
  reader.read(file, undefined);
  const { sections, problems, first, isAbsent } = reader;
  return { sections, problems, file: first, isAbsent };
}

class Reader {
  readonly sections: (Section & { readonly directives: Directive[] })[] = [];
  readonly problems: Problem[] = [];
  first: FileText | undefined;
  isAbsent = false;
  readonly #texts = new FileTexts();
  readonly #sysroot: string | undefined;
  #depth = 0;
  /** Set by a problem that every further line would only repeat: then nothing more is read. */
  #isOver = false;

  constructor(sysroot: string | undefined) {
    this.#sysroot = sysroot;
  }

  read(file: string, from: Place | undefined): void {
    const text = this.#text(file, from);
    if (from === undefined) this.first = text;
    if (text !== undefined) this.#takeLines(file, text.bytes);
  }

  #takeLines(file: string, bytes: Buffer): void {
    for (const { number, text } of linesOf(bytes)) {
      if (this.#isOver) return;
      this.#take(text, { file, line: number });
    }
  }

  #take(text: string, place: Place): void {
    if (text.startsWith('[') && text.endsWith(']')) {
      this.sections.push({ name: text.slice(1, -1), ...place, directives: [] });
      return;
    }
    const { key, value } = splitDirective(text);
    if (key === 'Include') {
      this.#include(value, place);
      return;
    }
    const section = this.sections.at(-1);
    if (section === undefined) {
      this.#refuse(place, `${key} is not in a section`, 'Begin the file with "[options]".');
      // The next lines are not in a section either.
      this.#isOver = true;
      return;
    }
    section.directives.push({ key, value, ...place });
  }

  #include(pattern: string | undefined, place: Place): void {
    if (pattern === undefined) {
      this.#refuse(place, 'Include needs a path', 'Write "Include = PATH".');
      return;
    }
    if (this.#depth >= maxDepth) {
      this.#refuse(place, `Include is nested more than ${maxDepth} deep`, 'Check whether a file includes itself.');
      this.#isOver = true;
      return;
    }
    this.#depth += 1;
    for (const file of this.#found(underSystemRoot(this.#sysroot, pattern), place)) {
      if (!this.#isOver) this.read(file, place);
    }
    this.#depth -= 1;
  }

  #found(pattern: string, place: Place): readonly string[] {
    try {
      return glob(pattern);
    } catch (error) {
      this.#refuseFile(pattern, place, error);
      return [];
    }
  }

  #text(file: string, from: Place | undefined): FileText | undefined {
    try {
      return this.#texts.read(file, from === undefined);
    } catch (error) {
      if (from === undefined) this.isAbsent = ['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '');
      this.#refuseFile(file, from, error);
      return undefined;
    }
  }

  #refuseFile(file: string, from: Place | undefined, error: unknown): void {
    const { message, code } = error as NodeJS.ErrnoException;
    const what = `config file ${file} could not be read:`;
    if (isFilesError(error)) {
      const clause = filesClause(error).replace(`${file} is not read: `, '');
      this.#refuse(from, `${what} ${clause}`, error.hint ?? '');
      return;
    }
    if (isFolderLost(error)) this.#refuse(from, `${what} ${lostFolder.what}`, lostFolder.hint);
    else
      this.#refuse(
        from,
        `${what} ${code?.startsWith('E') === true ? systemReason(error) : message}`,
        hintFor(code, from),
      );
    this.#isOver = code?.startsWith('E') !== true;
  }

  #refuse(place: Place | undefined, what: string, hint: string): void {
    this.problems.push({ place, what, hint });
  }
}

function hintFor(code: string | undefined, from: Place | undefined): string {
  if (code === 'EACCES') return 'Let this user read it (chmod 644), and search the directories above it (chmod +x).';
  return from === undefined ? 'Name another file with --config.' : 'Create it, or remove the Include.';
}

function splitDirective(text: string): { readonly key: string; readonly value: string | undefined } {
  const equals = text.indexOf('=');
  if (equals < 0) return { key: text, value: undefined };
  return { key: trimmed(text.slice(0, equals)), value: trimmed(text.slice(equals + 1)) };
}
