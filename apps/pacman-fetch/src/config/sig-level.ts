import { nearest } from '@sb/core';

import type { Origin, Value } from './place.js';
import { listOf } from './words.js';

/** What is signed. */
const kinds = ['Package', 'Database'] as const;

type Kind = (typeof kinds)[number];

const checks = ['Never', 'Optional', 'Required'] as const;
const trusts = ['TrustedOnly', 'TrustAll'] as const;
const levels = [...checks, ...trusts];

/** What SigLevel says of one kind, as far as it says anything. */
interface SigChoice {
  readonly check?: Said<(typeof checks)[number]>;
  readonly trust?: Said<(typeof trusts)[number]>;
}

interface Said<Word> {
  readonly word: Word;
  readonly origin: Origin;
}

/** What one or more SigLevel lines say. */
export type SigLevel = Readonly<Record<Kind, SigChoice>>;

/** Nothing said. */
export const unsaid: SigLevel = { Package: {}, Database: {} };

/** What holds where nothing is said (pacman.conf(5)). */
export const defaultSigLevel: SigLevel = (() => {
  const origin: Origin = { kind: 'default' };
  const choice: SigChoice = { check: { word: 'Optional', origin }, trust: { word: 'TrustedOnly', origin } };
  return { Package: choice, Database: choice };
})();

/**
 * Adds a line to what was said before; later words win.
 *
 * @param value - for instance `PackageRequired TrustAll`
 * @returns the sum, or the word that is none, with what it was probably meant to be
 */
export function addSigLevel(
  before: SigLevel,
  value: string,
  origin: Origin,
): SigLevel | { readonly wrong: string; readonly meant: string | undefined } {
  const sum = { ...before };
  for (const word of listOf(value)) {
    const prefix = kinds.find((kind) => word.startsWith(kind));
    const choice = choiceOf(prefix === undefined ? word : word.slice(prefix.length), origin);
    if (choice === undefined) return { wrong: word, meant: nearest(word, sigLevelWords) };
    for (const kind of prefix === undefined ? kinds : [prefix]) sum[kind] = { ...sum[kind], ...choice };
  }
  return sum;
}

const sigLevelWords = [...levels, ...kinds.flatMap((kind) => levels.map((level) => `${kind}${level}`))];

function choiceOf(text: string, origin: Origin): SigChoice | undefined {
  const check = checks.find((word) => word === text);
  if (check !== undefined) return { check: { word: check, origin } };
  const trust = trusts.find((word) => word === text);
  return trust === undefined ? undefined : { trust: { word: trust, origin } };
}

/** One level on top of another: what the upper one says wins. */
export function mergeSigLevel(lower: SigLevel, upper: SigLevel): SigLevel {
  return {
    Package: { ...lower.Package, ...upper.Package },
    Database: { ...lower.Database, ...upper.Database },
  };
}

/** Whether anything was said. */
export function isSaid({ Package, Database }: SigLevel): boolean {
  return [Package, Database].some(({ check, trust }) => check !== undefined || trust !== undefined);
}

/**
 * As pacman-conf prints it: trust means nothing where nothing is checked.
 *
 * @param level - a whole one, merged with a default
 * @param only - of packages alone, as for files
 */
export function sigLevelValues(level: SigLevel, only: readonly Kind[] = kinds): readonly Value[] {
  return only.flatMap((kind) => {
    const { check, trust } = level[kind];
    const said = check?.word === 'Never' ? [check] : [check, trust];
    return said.flatMap((one) => (one === undefined ? [] : [{ text: `${kind}${one.word}`, origin: one.origin }]));
  });
}
