import { repeatedKey } from '@sb/core';

import { type LandlockConfig, readConfig, refuseConfig as bad } from './config-document.js';
import { expandTemplate, maxPaths, variablesOf } from './config-variables.js';
import { extrasReader } from './documents.js';
import { documentPlace } from './errors.js';
import { type LandlockOptions, type LandlockPolicy, type LogOptions, type NetOptions, netOptionOf } from './options.js';
import type { PathRule } from './paths.js';
import { policy } from './policy.js';
import { requirePolicy } from './require-policy.js';
import { entryOf, type FsRight, namesOf, newestAbi, type Scope } from './rights.js';

/** The longest document that is read, in UTF-16 code units: a record of rules is shorter. */
const longestText = 1 << 22;

/** What a policy has in addition to the format. */
export interface ConfigExtras {
  /** As in the options of `policy`. Default: everything. */
  readonly require?: readonly string[];
  readonly log?: LogOptions;
  /** Whether paths may be missing, as in the format's own library. Default: false. */
  readonly optional?: boolean;
  /** Whether a document for a newer ABI than this package knows is read as one for the newest known. Default: false. */
  readonly newerAbi?: boolean;
}

/**
 * Reads a policy from the landlockconfig JSON format. As the format says, a right that a rule grants is restricted elsewhere,
 * even if the document does not list it as handled.
 *
 * A document without `abi` gets the lowest ABI that has every right it names. A document for a newer ABI than this package
 * knows would restrict less than it says. It is refused, unless the extras allow it.
 *
 * @param json - the text, or the result of `JSON.parse`
 * @param given - what the format cannot express
 * @throws LandlockError `invalid-policy` for anything that is not of this format, and the errors of `policy`
 */
export function fromConfig(json: string | LandlockConfig, given: ConfigExtras = {}): LandlockPolicy {
  const config = readConfig(typeof json === 'string' ? parse(json) : json);
  const extras = extrasReader.read(given, documentPlace('extras'));
  const abi = config.abi ?? lowestAbi(config);
  if (abi > newestAbi && extras.newerAbi !== true) {
    bad(`it is for ABI ${abi}, and this package knows ${newestAbi}: its groups would mean less than it says`);
  }
  const known = Math.min(abi, newestAbi);
  const paths = pathsOf(config, known, extras.optional ?? false);
  const handle = unique([...handled(config, 'handledAccessFs', known), ...paths.flatMap(({ rights }) => rights)]);
  const options: LandlockOptions = {
    abi: known,
    paths,
    ...(handle.length > 0 ? { handle: handle as FsRight[] } : {}),
    net: netOf(config, known),
    scope: unique(handled(config, 'scoped', known)) as Scope[],
    ...(extras.require === undefined ? {} : { require: extras.require }),
    ...(extras.log === undefined ? {} : { log: extras.log }),
  };
  // An empty list of paths would mean "no file at all"; a document that handles none means none.
  const { paths: _none, ...withoutPaths } = options;
  return policy(handle.length > 0 ? options : withoutPaths);
}

/**
 * Writes a policy in the landlockconfig JSON format. It leaves out what the format cannot express: `require`, `log`, whether a
 * path is optional, quiet or that of a file, and whether a right was named exactly. {@link fromConfig} reads everything else
 * back unchanged, and two rules for one path as one. Rights have their kernel names, also those that the published schema,
 * which ends with ABI 6, does not list yet.
 *
 * @param source - from `policy`
 * @throws LandlockError `invalid-policy` for a path that is not UTF-8, or a right without a name
 */
export function toConfig(source: LandlockPolicy): LandlockConfig {
  const { abi, handled: restricted, scope, paths, ports } = requirePolicy(source);
  const unnamed = [...restricted.fs, ...restricted.net, ...scope].find((name) => name.startsWith('unsafe_unknown'));
  if (unnamed !== undefined) bad(`it has no name for ${unnamed}`);
  const ruleset = {
    ...(restricted.fs.length > 0 ? { handledAccessFs: restricted.fs } : {}),
    ...(restricted.net.length > 0 ? { handledAccessNet: restricted.net } : {}),
    ...(scope.length > 0 ? { scoped: scope } : {}),
  };
  const pathBeneath = paths.map(({ path, rights }) => ({
    allowedAccess: rights,
    // A dollar begins a variable there; two stand for one.
    parent: [typeof path === 'string' ? path.replaceAll('$', '$$$$') : bad('a path is not UTF-8 text')],
  }));
  return {
    abi,
    ruleset: [ruleset],
    ...(pathBeneath.length > 0 ? { pathBeneath } : {}),
    ...(ports.length > 0
      ? { netPort: ports.map(({ port, rights }) => ({ allowedAccess: rights, port: [port] })) }
      : {}),
  };
}

function parse(json: string): unknown {
  if (json.length > longestText) bad(`it has ${json.length} characters, over ${longestText}`);
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch (error) {
    return bad(error instanceof Error ? error.message : 'it is not JSON');
  }
  const twice = repeatedKey(json);
  if (twice !== undefined) bad(`it has the key ${twice} twice in one object`, 'Leave one of them out.');
  return document;
}

function handled(config: LandlockConfig, key: keyof typeof groupOf, abi: number): readonly string[] {
  return (config.ruleset ?? []).flatMap((ruleset) => expandGroups(groupOf[key], ruleset[key] ?? [], abi));
}

const groupOf = { handledAccessFs: 'fs', handledAccessNet: 'net', scoped: 'scope' } as const;

/** Expands `abi.all`, `abi.read_execute` and `abi.read_write` for an ABI. */
function expandGroups(group: 'fs' | 'net' | 'scope', names: readonly string[], abi: number): readonly string[] {
  const all = namesOf(group, abi);
  return names.flatMap((name) => {
    if (name === 'abi.all') return all;
    if (group === 'fs' && name === 'abi.read_execute') {
      return all.filter((right) => ['execute', 'read_file', 'read_dir', 'refer'].includes(right));
    }
    if (group === 'fs' && name === 'abi.read_write') return all.filter((right) => right !== 'execute');
    if (!namesOf(group, newestAbi).includes(name)) bad(`${group} has no ${JSON.stringify(name)}`);
    return [name];
  });
}

function pathsOf(config: LandlockConfig, abi: number, optional: boolean): readonly PathRule[] {
  const variables = variablesOf(config.variable ?? []);
  const rightsOf = new Map<string, readonly string[]>();
  let written = 0;
  for (const rule of config.pathBeneath ?? []) {
    const rights = expandGroups('fs', rule.allowedAccess, abi);
    const paths = rule.parent.flatMap((parent) => expandTemplate(parent, variables));
    written += paths.length;
    if (written > maxPaths) bad(`the document expands to more than ${maxPaths} paths`, 'Name directories above them.');
    for (const path of paths) {
      rightsOf.set(path, unique([...(rightsOf.get(path) ?? []), ...rights]));
    }
  }
  return [...rightsOf].map(([path, rights]) => ({
    paths: [path],
    rights: rights as FsRight[],
    exact: false,
    optional,
  }));
}

function netOf(config: LandlockConfig, abi: number): NetOptions {
  const ports = new Map<string, number[]>();
  for (const right of handled(config, 'handledAccessNet', abi)) ports.set(right, []);
  for (const rule of config.netPort ?? []) {
    for (const right of expandGroups('net', rule.allowedAccess, abi)) {
      ports.set(right, [...new Set([...(ports.get(right) ?? []), ...rule.port])]);
    }
  }
  return Object.fromEntries([...ports].map(([right, list]) => [netOptionOf[right] ?? right, list]));
}

/** Returns the lowest ABI that has every right of a document. */
function lowestAbi(config: LandlockConfig): number {
  const text = JSON.stringify(config);
  if (/"abi\.(?:all|read_execute|read_write)"/.test(text)) bad('it uses an abi. group and gives no abi');
  const rulesets = config.ruleset ?? [];
  const names = {
    fs: [...rulesets.map(({ handledAccessFs }) => handledAccessFs), ...accessOf(config.pathBeneath)],
    net: [...rulesets.map(({ handledAccessNet }) => handledAccessNet), ...accessOf(config.netPort)],
    scope: rulesets.map(({ scoped }) => scoped),
  };
  const abiOf = (group: keyof typeof names) => names[group].flat().map((name) => entryOf(group, name ?? '')?.abi ?? 1);
  return Math.max(1, ...abiOf('fs'), ...abiOf('net'), ...abiOf('scope'));
}

function accessOf(
  rules: readonly { readonly allowedAccess: readonly string[] }[] = [],
): readonly (readonly string[])[] {
  return rules.map(({ allowedAccess }) => allowedAccess);
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
