import type { FeatureReport } from '@sb/core';
import type { Machine } from '@sb/seccomp';

import type { LayerPolicies } from './layers.js';
import { letsThrough, type Question } from '../filter/questions.js';
import { metadataKinds } from '../filter/metadata-rules.js';
import { bindBypasses, connectBypasses, type Bypass } from '../filter/tcp-bypasses.js';

/** What lines of a report leave open although they are in force, by `LAYER.FEATURE`. */
export type OpenBypasses = ReadonlyMap<string, string>;

/** What decides which bypasses there are. */
export interface Kernel {
  /** On which the filter is loaded; undefined without a filter. */
  readonly machine: Machine | undefined;
  /** The ABI of its Landlock. */
  readonly abi: number;
}

/** Whether a call is allowed. */
type Asked = (question: Question) => boolean;

/**
 * Finds what a ruleset leaves open with its filter, by asking that filter for each call. A call that makes a bypass may
 * be allowed again: by name, by a group or by a rule.
 *
 * @param layers - from `layerPolicies`
 * @param kernel - where the process runs
 */
export function openBypasses({ landlock, seccomp }: LayerPolicies, { machine, abi }: Kernel): OpenBypasses {
  if (landlock === undefined) return new Map();
  const filter = machine === undefined ? undefined : seccomp;
  const asked: Asked = (question) =>
    filter === undefined || machine === undefined || letsThrough(filter, machine, question);
  const through = filter === undefined ? 'because no filter denies them' : 'because the filter allows them';
  const tcp = (bypasses: readonly Bypass[]) => {
    const left = bypasses.filter(({ until = Infinity }) => abi < until);
    const open = left.filter((bypass) => isOpen(bypass, asked)).map(({ what }) => what);
    return open.length === 0 ? undefined : `not for ${listed(open)}, ${through}`;
  };
  const lines: readonly (readonly [name: string, reason: string | undefined])[] = [
    ['landlock.net.connect_tcp', tcp(connectBypasses)],
    ['landlock.net.bind_tcp', tcp(bindBypasses)],
    ['landlock.fs.write_file', metadata(asked)],
  ];
  return new Map(lines.flatMap(([name, reason]) => (reason === undefined ? [] : [[name, reason] as const])));
}

/**
 * Finds kept capabilities that a program does not get: those that are not ambient end with the exec, unless root has
 * its special treatment (capabilities(7), SECBIT_NOROOT). Not for a process that restricts itself.
 *
 * @param layers - from `layerPolicies`
 * @param rootCounts - whether the target starts as root, with securebits that were not locked
 */
export function lostByExec({ caps }: LayerPolicies, rootCounts: boolean): OpenBypasses {
  const lost = caps === undefined || rootCounts ? [] : caps.keep.filter((name) => !caps.ambient.includes(name));
  if (lost.length === 0) return new Map();
  return new Map([['caps.keep', `not for ${listed(lost)} after the program is executed: add it to ambient`]]);
}

/**
 * Adds to a line what it leaves open.
 *
 * @param line - of a report
 * @param bypasses - from {@link openBypasses}
 */
export function withBypass(line: FeatureReport, bypasses: OpenBypasses): FeatureReport {
  const bypass = bypasses.get(`${line.layer}.${line.feature}`);
  if (bypass === undefined || (line.state !== 'enforced' && line.state !== 'already')) return line;
  return { ...line, reason: line.reason === undefined ? bypass : `${line.reason}; ${bypass}` };
}

function isOpen({ by, after }: Bypass, asked: Asked): boolean {
  return by.some(asked) && (after === undefined || after.some(asked));
}

function metadata(asked: Asked): string | undefined {
  const open = metadataKinds.filter(({ by }) => by.some(asked)).map(({ what }) => what);
  if (open.length === 0) return undefined;
  return `not for ${listed(open)} of the user's own files, for which Landlock has no right`;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
