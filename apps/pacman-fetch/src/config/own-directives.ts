import { nearest } from '@sb/core';

import { suggestion } from './problem.js';
import { listOf, wordsOf } from './words.js';

/** Why a value is invalid. */
export interface Refusal {
  /** What is wrong with it, as a clause without a subject. */
  readonly wrong: string;
  readonly hint?: string | undefined;
}

/** How a directive of pacman-fetch is read. */
export interface OwnDirective {
  /** Whether its lines add up; otherwise there must be one line. */
  readonly isList: boolean;
  /** Its meaning without a value; absent if it needs one. */
  readonly bare?: string;
  /** Reads a value that is not empty. Returns its parts, or why it is invalid. */
  read(value: string): readonly string[] | Refusal;
}

/** Whether a layer is required; see `@sb/core`. */
export const levelWords = ['require', 'prefer', 'off'] as const;
/** The values of `UseSandbox`. */
export const useSandboxWords = ['yes', 'no', 'auto'] as const;
/** The values of `FetchAhead`. */
export const fetchAheadWords = ['yes', 'no'] as const;
/** Which files stay readable, as in `@sb/sandbox`. */
export const presetWords = ['minimal', 'read-only'] as const;

/** Every directive of pacman-fetch, in the order in which `conf` prints them. */
export const ownDirectives = {
  UseSandbox: { ...oneOf(useSandboxWords), bare: 'yes' },
  SandboxUser: single((value) => [value]),
  SandboxUserSwitch: oneOf(levelWords),
  SandboxCapabilities: oneOf(levelWords),
  SandboxFilesystem: oneOf(levelWords),
  SandboxSyscalls: oneOf(levelWords),
  SandboxPreset: oneOf(presetWords),
  SandboxReadable: list(pathProblem),
  SandboxWritable: list((path) => pathProblem(path) ?? rootProblem(path)),
  SandboxPorts: list(portProblem),
  // @sb/seccomp knows whether the calls exist. It is loaded only if a call is named.
  SandboxDenySyscalls: list(() => undefined),
  SandboxAllowSyscalls: list(() => undefined),
  FetchAhead: { ...oneOf(fetchAheadWords), bare: 'yes' },
  XferCommand: single(readCommand),
} as const satisfies Readonly<Record<string, OwnDirective>>;

/** Name of a directive of pacman-fetch. */
export type OwnName = keyof typeof ownDirectives;

/** The names, in their order. */
export const ownNames = Object.keys(ownDirectives) as OwnName[];

/** The largest TCP port. */
const maxPort = 65_535;

function single(read: OwnDirective['read']): OwnDirective {
  return { isList: false, read };
}

function oneOf(words: readonly string[]): OwnDirective {
  return single((value) =>
    words.includes(value) ? [value] : { wrong: 'is invalid', hint: suggestion(nearest(value, words), words) },
  );
}

function list(problem: (word: string) => Refusal | undefined): OwnDirective {
  return {
    isList: true,
    read: (value) => {
      const words = listOf(value);
      return words.map(problem).find((one) => one !== undefined) ?? words;
    },
  };
}

function pathProblem(path: string): Refusal | undefined {
  if (path.startsWith('/')) return undefined;
  return {
    wrong: `names ${path}, which is not an absolute path`,
    hint: `Did you mean /${path.replace(/^(\.?\/)+/, '')}?`,
  };
}

function rootProblem(path: string): Refusal | undefined {
  if (!/^[/.]*$/.test(path)) return undefined;
  return {
    wrong: `names ${path}, which contains all files`,
    hint: 'Write "SandboxFilesystem = off" if that is meant.',
  };
}

function portProblem(port: string): Refusal | undefined {
  if (port === 'any' || (/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= maxPort)) return undefined;
  const services = new Map([
    ['http', 80],
    ['https', 443],
    ['ftp', 21],
    ['rsync', 873],
  ]);
  const meant = services.get(nearest(port, [...services.keys()]) ?? '');
  const hint = meant === undefined ? `Use numbers from 1 to ${maxPort}, or "any".` : `Did you mean ${meant}?`;
  return { wrong: `names ${port}, which is not a port`, hint };
}

/** Kept as it was written; it is split into words again when it runs. */
function readCommand(value: string): readonly string[] | Refusal {
  const words = wordsOf(value);
  if (words === undefined) return { wrong: 'has a quote that is not closed', hint: 'Close the quote.' };
  if (words.slice(1).includes('%u')) return [value];
  const isInside = words.some((word) => word.includes('%u'));
  const hint = isInside
    ? 'Only a word that is just %u is replaced.'
    : 'Write, for instance, "/usr/bin/curl -fLo %o %u".';
  return { wrong: 'never gets the URL', hint };
}
