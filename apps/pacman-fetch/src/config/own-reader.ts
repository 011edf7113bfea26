import { nearest } from '@sb/core';

import { optionNames } from './directives.js';
import { type OwnDirective, ownDirectives, type OwnName, ownNames } from './own-directives.js';
import { fromFile, type Value } from './place.js';
import { type Problem, suggestion } from './problem.js';
import type { Directive, Sections } from './sections.js';

/** What was said of our own directives, by key; what wasn't said is absent. */
export type OwnValues = ReadonlyMap<OwnName, readonly Value[]>;

/** Takes our own directives from a file, in their order. */
export class OwnReader {
  readonly values = new Map<OwnName, readonly Value[]>();
  readonly problems: Problem[] = [];

  /**
   * Takes one from `[options]` of pacman.conf, where XferCommand is pacman's.
   *
   * @returns whether it is one of ours
   */
  take(directive: Directive): boolean {
    const name = ownNames.find((one) => one === directive.key);
    if (name === undefined || name === 'XferCommand') return false;
    this.#take(name, directive);
    return true;
  }

  /** Takes all of `pacman.d/pacman-fetch.conf`, where nothing else may stand. */
  takeAll({ sections, problems }: Sections): void {
    this.problems.push(...problems);
    for (const { name, directives, file, line } of sections) {
      if (name !== 'options') {
        this.problems.push({
          place: { file, line },
          what: `[${name}] has no place here`,
          hint: 'Write it into pacman.conf; here there is [options] only.',
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
      this.#refuse(directive, `${key} has no place here`, 'Write "SandboxUser" here, or write it into pacman.conf.');
    } else if (optionNames.some((one) => one === key)) {
      this.#refuse(directive, `${key} has no place here`, 'Write it into pacman.conf.');
    } else {
      this.#refuse(directive, `there is no directive ${key}`, suggestion(nearest(key, ownNames)));
    }
  }

  #refuse(place: Directive, what: string, hint: string | undefined): void {
    this.problems.push({ place, what, hint });
  }
}

/** Two files as one: of what is said once the own file's counts, lists add up. */
export function mergeOwn(pacmanConf: OwnValues, ownFile: OwnValues): OwnValues {
  const merged = new Map(pacmanConf);
  for (const [name, values] of ownFile) {
    const before = ownDirectives[name].isList ? (pacmanConf.get(name) ?? []) : [];
    merged.set(name, [...before, ...values]);
  }
  return merged;
}
