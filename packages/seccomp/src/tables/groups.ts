import { once } from './once.js';
import data from '../data/groups.json' with { type: 'json' };
import { seccompError } from '../errors.js';

interface GroupData {
  readonly about: string;
  /** Names of calls and of other groups, by the source that put them here. */
  readonly from: Readonly<Record<string, readonly string[]>>;
}

/** Each is read from its text when it is asked for, not when its name is. */
const groups = once((): Readonly<Record<string, GroupData>> => data.groups);
const sources = once((): ReadonlyMap<string, string> => new Map(Object.entries<string>(data.sources)));
const expanded = new Map<string, ReadonlyMap<string, GroupEntry>>();

/** Why a call is in a group. */
export interface GroupEntry {
  /** The group that lists it: the requested one, or one inside it. */
  readonly group: string;
  /** Key of the source in the group's data. */
  readonly source: string;
  /** A description of that source. */
  readonly provenance: string;
}

/** Every group's name, each with an `@`. */
export const groupNames: readonly string[] = /* @__PURE__ */ namesOfGroups();

/** The same, when it is asked for. */
export function namesOfGroups(): readonly string[] {
  return Object.keys(groups());
}

/** Whether a name is that of a group. */
export function isGroup(name: string): boolean {
  return Object.hasOwn(groups(), name);
}

/**
 * Returns the purpose of a group, in a few words.
 *
 * @throws SeccompError `unknown-group`
 */
export function groupAbout(name: string): string {
  return dataOf(name).about;
}

/**
 * Returns the calls of a group, including those of groups inside it, each with its provenance.
 *
 * @param name - for instance `@mount`
 * @throws SeccompError `unknown-group`
 */
export function expandGroup(name: string): ReadonlyMap<string, GroupEntry> {
  let calls = expanded.get(name);
  if (calls === undefined) {
    calls = expand(name, []);
    expanded.set(name, calls);
  }
  // A copy for the caller: a changed group would weaken every later policy.
  return new Map(calls);
}

function expand(name: string, above: readonly string[]): ReadonlyMap<string, GroupEntry> {
  if (above.includes(name)) throw new Error(`group ${name} contains itself: ${above.join(' > ')}`);
  const calls = new Map<string, GroupEntry>();
  for (const [source, names] of Object.entries(dataOf(name).from)) {
    const provenance = sources().get(source);
    if (provenance === undefined) throw new Error(`group ${name} has the unknown source ${source}`);
    const path = [...above, name];
    const own: GroupEntry = Object.freeze({ group: name, source, provenance });
    const entries = names.flatMap((entry) =>
      entry.startsWith('@') ? Array.from(expand(entry, path)) : [[entry, own] as const],
    );
    // A call that several sources name keeps the first source.
    for (const [call, why] of entries) calls.set(call, calls.get(call) ?? why);
  }
  return calls;
}

function dataOf(name: string): GroupData {
  const group = isGroup(name) ? groups()[name] : undefined;
  if (group !== undefined) return group;
  throw seccompError('unknown-group', 'policy', {
    what: `unknown group ${JSON.stringify(name)}`,
    hint: `Use one of: ${namesOfGroups().join(' ')}.`,
  });
}
