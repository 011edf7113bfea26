import { machine } from 'node:os';

import { nearest } from '@sb/core';

import { type OptionName, optionDirectives, optionNames } from './directives.js';
import { byDefault, fromFile, type Origin, type Value } from './place.js';
import { type Problem, suggestion } from './problem.js';
import type { Directive } from './sections.js';
import { addSigLevel, type SigLevel, unsaid } from './sig-level.js';
import { listOf, wordsOf } from './words.js';

/** The three directives of `[options]` about signatures. */
type SigOption = 'SigLevel' | 'LocalFileSigLevel' | 'RemoteFileSigLevel';

const maxInt = 2 ** 31 - 1;

const cleanMethods = ['KeepInstalled', 'KeepCurrent'] as const;

/** Takes the directives of `[options]` one by one, in the order of the files. */
export class OptionsReader {
  /** The values by key; a key without a line is absent. */
  readonly values = new Map<OptionName, Value[]>();
  readonly sigLevels: Record<SigOption, SigLevel> = {
    SigLevel: unsaid,
    LocalFileSigLevel: unsaid,
    RemoteFileSigLevel: unsaid,
  };
  readonly problems: Problem[] = [];

  /** @returns whether pacman knows the directive in this form: a switch without a value, all others with one */
  take(directive: Directive): boolean {
    const name = optionNames.find((one) => one === directive.key);
    const { value } = directive;
    if (name === undefined || (optionDirectives[name] === 'switch') !== (value === undefined)) return false;
    const given = { name, value: value ?? '', directive, origin: fromFile(directive) };
    this.#takers[optionDirectives[name]](given);
    return true;
  }

  readonly #takers: Readonly<Record<(typeof optionDirectives)[OptionName], (given: GivenOption) => void>> = {
    switch: (given) => this.#first(given),
    first: (given) => this.#first(given),
    last: (given) => this.#command(given),
    list: ({ name, value, origin }) => this.#add(name, listOf(value), origin),
    architecture: ({ name, value, origin }) =>
      this.#add(
        name,
        listOf(value).map((word) => (word === 'auto' ? machine() : word)),
        origin,
      ),
    cleanMethod: (given) => this.#cleanMethod(given),
    number: (given) => this.#number(given),
    sigLevel: (given) => this.#sigLevel(given),
  };

  #first({ name, value, origin }: GivenOption): void {
    if (!this.values.has(name)) this.values.set(name, [{ text: value, origin }]);
  }

  #command(given: GivenOption): void {
    const { name, value, origin } = given;
    if (wordsOf(value) === undefined) this.#refuse(given, value, 'Close the quote.');
    else this.values.set(name, [{ text: value, origin }]);
  }

  #add(name: OptionName, words: readonly string[], origin: Origin): void {
    const before = this.values.get(name) ?? [];
    if (words.length > 0) this.values.set(name, [...before, ...words.map((text) => ({ text, origin }))]);
  }

  #cleanMethod(given: GivenOption): void {
    for (const word of listOf(given.value)) {
      const method = cleanMethods.find((one) => one === word);
      if (method === undefined) {
        this.#refuse(given, word, suggestion(nearest(word, cleanMethods), cleanMethods));
        continue;
      }
      const before = (this.values.get(given.name) ?? []).filter(({ text }) => text !== method);
      const both = [...before, { text: method, origin: given.origin }];
      this.values.set(
        given.name,
        cleanMethods.flatMap((one) => both.filter(({ text }) => text === one)),
      );
    }
  }

  #number(given: GivenOption): void {
    const { name, value, origin } = given;
    const number = /^[-+]?\d+$/.test(value) ? Number(value) : Number.NaN;
    if (Number.isNaN(number) || number < 1 || number > maxInt) {
      this.#refuse(given, value, `Give a number from 1 to ${maxInt}; 5 is usual.`);
    } else {
      this.values.set(name, [{ text: String(number), origin }]);
    }
  }

  #sigLevel(given: GivenOption): void {
    const name = given.name as SigOption;
    const sum = addSigLevel(this.sigLevels[name], given.value, given.origin);
    if ('wrong' in sum) this.#refuse(given, sum.wrong, suggestion(sum.meant));
    else this.sigLevels[name] = sum;
  }

  #refuse({ name, directive }: GivenOption, value: string, hint: string | undefined): void {
    this.problems.push({ place: directive, what: `${name} = ${value} is invalid`, hint });
  }
}

interface GivenOption {
  readonly name: OptionName;
  readonly value: string;
  readonly directive: Directive;
  readonly origin: Origin;
}

/** The built-in defaults (pacman.conf(5)) that do not depend on RootDir. */
export const optionDefaults: readonly (readonly [OptionName, Value])[] = (
  [
    ['CacheDir', '/var/cache/pacman/pkg/'],
    ['HookDir', '/etc/pacman.d/hooks/'],
    ['GPGDir', '/etc/pacman.d/gnupg/'],
    ['ParallelDownloads', '1'],
    ['CleanMethod', 'KeepInstalled'],
  ] as const
).map(([name, text]) => [name, { text, origin: byDefault }] as const);
