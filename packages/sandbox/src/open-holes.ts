import type { FeatureReport } from '@sb/core';
import type { Machine } from '@sb/seccomp';

import type { LayerPolicies } from './layers.js';
import { letsThrough, type Question } from './filter-questions.js';
import { metadataKinds } from './metadata-holes.js';
import { bindWays, connectWays, type Way } from './tcp-ways.js';

/** What lines of a report leave open though they are in force, by `LAYER.FEATURE`. */
export type OpenHoles = ReadonlyMap<string, string>;

/** Whether a call is let through. */
type Asked = (question: Question) => boolean;

/**
 * Says what a ruleset leaves open beside the filter that runs, by asking that filter call by call: what closes a hole
 * may have been allowed again, by name, by a group or by a rule.
 *
 * @param layers - from `layerPolicies`
 * @param machine - the one that the filter is loaded on; undefined where none is
 */
export function openHoles({ landlock, seccomp }: LayerPolicies, machine: Machine | undefined): OpenHoles {
  if (landlock === undefined) return new Map();
  const filter = machine === undefined ? undefined : seccomp;
  const asked: Asked = (question) =>
    filter === undefined || machine === undefined || letsThrough(filter, machine, question);
  const through =
    filter === undefined ? 'since there is no filter that forbids those' : 'which the filter lets through';
  const tcp = (ways: readonly Way[]) => {
    const open = ways.filter((way) => isOpen(way, asked)).map(({ what }) => what);
    return open.length === 0 ? undefined : `not for ${listed(open)}, ${through}`;
  };
  const lines: readonly (readonly [name: string, reason: string | undefined])[] = [
    ['landlock.net.connect_tcp', tcp(connectWays)],
    ['landlock.net.bind_tcp', tcp(bindWays)],
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
export function lostByExec({ caps }: LayerPolicies, rootCounts: boolean): OpenHoles {
  const lost = caps === undefined || rootCounts ? [] : caps.keep.filter((name) => !caps.ambient.includes(name));
  if (lost.length === 0) return new Map();
  return new Map([['caps.keep', `not for ${listed(lost)} once the program is executed: name it in ambient as well`]]);
}

/**
 * Adds to a line what it leaves open.
 *
 * @param line - of a report
 * @param holes - from {@link openHoles}
 */
export function withHole(line: FeatureReport, holes: OpenHoles): FeatureReport {
  const hole = holes.get(`${line.layer}.${line.feature}`);
  if (hole === undefined || (line.state !== 'enforced' && line.state !== 'already')) return line;
  return { ...line, reason: line.reason === undefined ? hole : `${line.reason}; ${hole}` };
}

function isOpen({ by, after }: Way, asked: Asked): boolean {
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
