import { nearest } from '@sb/core';

import { optionNames } from './directives.js';
import { type OwnDirective, ownDirectives, type OwnName, ownNames } from './own-directives.js';
import { fromFile, type Value } from './place.js';
import { type Problem, suggestion } from './problem.js';
import type { Directive, Sections } from './sections.js';

/** The values of pacman-fetch's directives, by key; a directive without a line is absent. */
export type OwnValues = ReadonlyMap<OwnName, readonly Value[]>;

/** Reads pacman-fetch's directives from a file, in their order. */
export class OwnReader {
  readonly values = new Map<OwnName, readonly Value[]>();
  readonly problems: Problem[] = [];

  /**
   * Reads one from `[options]` of pacman.conf, where XferCommand is pacman's.
   *
   * @returns whether it is a directive of pacman-fetch
   */
  take(directive: Directive): boolean {
    const name = ownNames.find((one) => one === directive.key);
    if (name === undefined || name === 'XferCommand') return false;
    this.#take(name, directive);
    return true;
  }

  /** Reads all of `pacman.d/pacman-fetch.conf`, which may contain nothing else. */
  takeAll({ sections, problems }: Sections): void {
    this.problems.push(...problems);
    for (const { name, directives, file, line } of sections) {
      if (name !== 'options') {
        this.problems.push({
          place: { file, line },
          what: `the section [${name}] is not allowed here`,
          hint: 'Move it to pacman.conf; this file has only [options].',
        });
        continue;
      }
      for (const directive of directives) {
        const own = ownNames.find((one) => one === directive.key);
        if (own === undefined) this.#refuseKey(directive);
        else this.#take(own, directive);
      }
    }
  }

  #take(name: OwnName, directive: Directive): void {
    const how: OwnDirective = ownDirectives[name];
    const before = this.values.get(name) ?? [];
    const [first] = before;
    if (!how.isList && first?.origin.kind === 'file') {
      const { file, line } = first.origin;
      this.#refuse(directive, `${name} is given twice, also in ${file}:${line}`, 'Leave one out.');
      return;
    }
    const value = directive.value ?? how.bare ?? '';
    const read = value === '' ? { wrong: 'needs a value' } : how.read(value);
    if ('wrong' in read) {
      const said = value === '' ? name : `${name} = ${value}`;
      this.#refuse(directive, `${said} ${read.wrong}`, read.hint);
      return;
    }
    this.values.set(name, [...before, ...read.map((text) => ({ text, origin: fromFile(directive) }))]);
  }

  #refuseKey(directive: Directive): void {
    const { key } = directive;
    if (key === 'DownloadUser') {
      this.#refuse(directive, `${key} is not allowed here`, 'Write "SandboxUser" here, or move it to pacman.conf.');
    } else if (optionNames.some((one) => one === key)) {
      this.#refuse(directive, `${key} is not allowed here`, 'Move it to pacman.conf.');
    } else {
      this.#refuse(directive, `unknown directive ${key}`, suggestion(nearest(key, ownNames)));
    }
  }

  #refuse(place: Directive, what: string, hint: string | undefined): void {
    this.problems.push({ place, what, hint });
  }
}

/** Merges two files. Of a directive with one value, the own file's line counts; lists add up. */
export function mergeOwn(pacmanConf: OwnValues, ownFile: OwnValues): OwnValues {
  const merged = new Map(pacmanConf);
  for (const [name, values] of ownFile) {
    const before = ownDirectives[name].isList ? (pacmanConf.get(name) ?? []) : [];
    merged.set(name, [...before, ...values]);
  }
  return merged;
}
