import { nearest } from '@sb/core';

import type { RepositoryDirective } from './directives.js';
import { byDefault, fromFile, type Place, type Value } from './place.js';
import { type Problem, suggestion } from './problem.js';
import type { Directive, Section } from './sections.js';
import {
  addSigLevel,
  defaultSigLevel,
  isSaid,
  mergeSigLevel,
  type SigLevel,
  sigLevelValues,
  unsaid,
} from './sig-level.js';
import { listOf } from './words.js';

/** One repository of pacman.conf. Every value has its origin. */
export interface Repository extends Place {
  readonly name: string;
  /** As pacman-conf prints them, with `$repo` and `$arch` replaced. A level that is not set is absent. */
  readonly values: Readonly<Record<RepositoryDirective, readonly Value[]>>;
  /** Which signatures it needs, merged with those of `[options]`. */
  readonly sigLevel: SigLevel;
}

const usages = ['Sync', 'Search', 'Install', 'Upgrade'] as const;
const usageWords = [...usages, 'All'] as const;

/** Reads the section of a repository. */
export class RepositoryReader {
  readonly problems: Problem[] = [];
  readonly #usage = new Map<string, Value>();
  readonly #cacheServers: Value[] = [];
  readonly #servers: Value[] = [];
  readonly #section: Section;
  #sigLevel: SigLevel = unsaid;

  constructor(section: Section) {
    this.#section = section;
  }

  /** @returns whether pacman knows the directive */
  take(directive: Directive): boolean {
    const take = this.#takers.get(directive.key);
    if (take === undefined) return false;
    if (directive.value === undefined) {
      this.problems.push({ place: directive, what: `${directive.key} needs a value` });
    } else {
      take({ text: directive.value, origin: fromFile(directive) }, directive);
    }
    return true;
  }

  readonly #takers: ReadonlyMap<string, (value: Value, directive: Directive) => void> = new Map([
    ['Server', (value: Value) => void this.#servers.push(value)],
    ['CacheServer', (value: Value) => void this.#cacheServers.push(value)],
    ['SigLevel', (value: Value, directive: Directive) => this.#addSigLevel(value, directive)],
    ['Usage', (value: Value, directive: Directive) => this.#addUsage(value, directive)],
  ]);

  /**
   * Returns the repository, after all files have been read.
   *
   * @param sigLevel - that of `[options]`
   * @param architecture - the first one; undefined if none is set
   */
  finish(sigLevel: SigLevel, architecture: string | undefined): Repository {
    const { name, file, line } = this.#section;
    const servers = (values: readonly Value[]) => values.map((value) => this.#replaced(value, architecture));
    const merged = mergeSigLevel(mergeSigLevel(defaultSigLevel, sigLevel), this.#sigLevel);
    return {
      name,
      file,
      line,
      sigLevel: merged,
      values: {
        Usage: this.#usageValues(),
        SigLevel: isSaid(this.#sigLevel) ? sigLevelValues(merged) : [],
        CacheServer: servers(this.#cacheServers),
        Server: servers(this.#servers),
      },
    };
  }

  #addSigLevel({ text, origin }: Value, directive: Directive): void {
    const sum = addSigLevel(this.#sigLevel, text, origin);
    if ('wrong' in sum) this.#invalid(directive, sum.wrong, suggestion(sum.meant));
    else this.#sigLevel = sum;
  }

  #addUsage({ text, origin }: Value, directive: Directive): void {
    for (const word of listOf(text)) {
      if (!usageWords.some((one) => one === word)) {
        this.#invalid(directive, word, suggestion(nearest(word, usageWords), usageWords));
      }
      for (const one of word === 'All' ? usages : [word]) this.#usage.set(one, { text: one, origin });
    }
  }

  /** pacman prints all four as one value. */
  #usageValues(): readonly Value[] {
    const given = usages.flatMap((one) => this.#usage.get(one) ?? []);
    if (given.length === 0) return [{ text: 'All', origin: byDefault }];
    const [first] = given;
    return given.length === usages.length && first !== undefined ? [{ ...first, text: 'All' }] : given;
  }

  #replaced({ text, origin }: Value, architecture: string | undefined): Value {
    if (architecture === undefined && text.includes('$arch')) {
      const place = origin.kind === 'file' ? origin : undefined;
      const what = `${text} contains $arch, but Architecture is not set`;
      this.problems.push({ place, what, hint: 'Add "Architecture = auto" to [options].' });
    }
    const replaced = text.replaceAll('$arch', () => architecture ?? '$arch');
    return { text: replaced.replaceAll('$repo', () => this.#section.name), origin };
  }

  #invalid(place: Directive, value: string, hint: string | undefined): void {
    this.problems.push({ place, what: `${place.key} = ${value} is invalid`, hint });
  }
}
