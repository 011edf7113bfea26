import { nearest } from '@sb/core';

import type { Origin, Value } from './place.js';
import { listOf } from './words.js';

/** What is signed. */
const kinds = ['Package', 'Database'] as const;

type Kind = (typeof kinds)[number];

const checks = ['Never', 'Optional', 'Required'] as const;
const trusts = ['TrustedOnly', 'TrustAll'] as const;
const levels = [...checks, ...trusts];

/** What SigLevel sets for one kind; absent parts are not set. */
interface SigChoice {
  readonly check?: Said<(typeof checks)[number]>;
  readonly trust?: Said<(typeof trusts)[number]>;
}

interface Said<Word> {
  readonly word: Word;
  readonly origin: Origin;
}

/** The result of one or more SigLevel lines. */
export type SigLevel = Readonly<Record<Kind, SigChoice>>;

/** Not set. */
export const unsaid: SigLevel = { Package: {}, Database: {} };

/** The default (pacman.conf(5)). */
export const defaultSigLevel: SigLevel = (() => {
  const origin: Origin = { kind: 'default' };
  const choice: SigChoice = { check: { word: 'Optional', origin }, trust: { word: 'TrustedOnly', origin } };
  return { Package: choice, Database: choice };
})();

/**
 * Adds a line to the earlier ones; later words win.
 *
 * @param value - for instance `PackageRequired TrustAll`
 * @returns the sum; or the invalid word, with the word that was probably meant
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

/** Merges two levels: the upper one wins. */
export function mergeSigLevel(lower: SigLevel, upper: SigLevel): SigLevel {
  return {
    Package: { ...lower.Package, ...upper.Package },
    Database: { ...lower.Database, ...upper.Database },
  };
}

/** Whether anything is set. */
export function isSaid({ Package, Database }: SigLevel): boolean {
  return [Package, Database].some(({ check, trust }) => check !== undefined || trust !== undefined);
}

/**
 * Returns a level as pacman-conf prints it. Trust is left out if nothing is checked.
 *
 * @param level - a complete one, merged with a default
 * @param only - of packages only, as for files
 */
export function sigLevelValues(level: SigLevel, only: readonly Kind[] = kinds): readonly Value[] {
  return only.flatMap((kind) => {
    const { check, trust } = level[kind];
    const said = check?.word === 'Never' ? [check] : [check, trust];
    return said.flatMap((one) => (one === undefined ? [] : [{ text: `${kind}${one.word}`, origin: one.origin }]));
  });
}
