import type { FeatureReport } from '@sb/core';
import type { Machine } from '@sb/seccomp';

import type { LayerPolicies } from './layers.js';
import { letsThrough, type Question } from '../filter/questions.js';
import { metadataKinds } from '../filter/metadata-rules.js';
import { bindBypasses, connectBypasses, type Bypass } from '../filter/tcp-bypasses.js';

/** What lines of a report leave open though they are in force, by `LAYER.FEATURE`. */
export type OpenBypasses = ReadonlyMap<string, string>;

/** Whether a call is let through. */
type Asked = (question: Question) => boolean;

/**
 * Says what a ruleset leaves open beside the filter that runs, by asking that filter call by call: what closes a bypass
 * may have been allowed again, by name, by a group or by a rule.
 *
 * @param layers - from `layerPolicies`
 * @param machine - the one that the filter is loaded on; undefined where none is
 */
export function openBypasses({ landlock, seccomp }: LayerPolicies, machine: Machine | undefined): OpenBypasses {
  if (landlock === undefined) return new Map();
  const filter = machine === undefined ? undefined : seccomp;
  const asked: Asked = (question) =>
    filter === undefined || machine === undefined || letsThrough(filter, machine, question);
  const through =
    filter === undefined ? 'since there is no filter that forbids those' : 'which the filter lets through';
  const tcp = (bypasses: readonly Bypass[]) => {
    const open = bypasses.filter((bypass) => isOpen(bypass, asked)).map(({ what }) => what);
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
 * Says which kept capabilities a program gets nothing of: what is not ambient ends with the exec, but where root counts
 * (capabilities(7), SECBIT_NOROOT). Not where a process restricts itself.
 *
 * @param layers - from `layerPolicies`
 * @param rootCounts - whether the target starts as root, with securebits that were not locked
 */
export function lostByExec({ caps }: LayerPolicies, rootCounts: boolean): OpenBypasses {
  const lost = caps === undefined || rootCounts ? [] : caps.keep.filter((name) => !caps.ambient.includes(name));
  if (lost.length === 0) return new Map();
  return new Map([['caps.keep', `not for ${listed(lost)} once the program is executed: name it in ambient as well`]]);
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
  return `not for ${listed(open)} of files of the same user, which Landlock has no right for`;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
