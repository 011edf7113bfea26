import { optionsReader } from './documents.js';
import { documentPlace, refuse } from './errors.js';
import { markMade } from './made.js';
import { featuresOf, type LandlockOptions, type LandlockPolicy, type LogOptions } from './options.js';
import { type FsRight, type LogFeature, namesOf, newestAbi } from './rights.js';
import { checkNames, pathRules, portRules } from './rules.js';

/** Names that mean every feature of a group. */
const groups = new Set(['fs', 'net', 'scope', 'log']);

/**
 * Validates options into a policy. Pure: it examines no path, and paths need not exist yet.
 *
 * @throws LandlockError `invalid-policy`: meaningless keys and values, names that do not exist or that the ABI does not have,
 *   rules that can have no effect, requirements that nothing asks for
 * @see linux/landlock.h, Documentation/userspace-api/landlock.rst
 */
export function policy(given: LandlockOptions): LandlockPolicy {
  const options = optionsReader.read(given, documentPlace(''));
  const { abi } = options;
  const fs = checkNames('fs', handledFs(options), abi);
  const net = portRules(options.net ?? {}, abi);
  const paths = pathRules(options.paths ?? [], fs, abi);
  const asked = {
    layer: 'landlock' as const,
    abi,
    handled: Object.freeze({ fs, net: net.handled }),
    scope: checkNames('scope', options.scope ?? [], abi),
    paths: Object.freeze(paths),
    ports: Object.freeze(net.ports),
    log: logFeatures(
      options.log ?? {},
      abi,
      paths.some(({ quiet }) => quiet),
    ),
  };
  refuseIdle(asked);
  return markMade({ ...asked, require: required(options.require, asked) });
}

function handledFs({ handle, paths, abi }: LandlockOptions): readonly FsRight[] {
  if (handle !== undefined) return handle;
  if (paths === undefined) return [];
  const unknown = paths.flatMap(({ rights }) => rights).filter((right) => right.startsWith('unsafe_unknown_bit_'));
  return [...(namesOf('fs', abi) as FsRight[]), ...new Set(unknown)];
}

function logFeatures(log: LogOptions, abi: number, quiet: boolean): readonly LogFeature[] {
  const asked: Readonly<Record<LogFeature, boolean>> = {
    same_exec_off: log.sameExec === false,
    new_exec_on: log.newExec === true,
    subdomains_off: log.subdomains === false,
    quiet,
  };
  const names = Object.keys(asked) as LogFeature[];
  return checkNames(
    'log',
    names.filter((name) => asked[name]),
    abi,
  );
}

/** Refuses a policy that restricts nothing, or one for an ABI that no part of it needs. */
export function refuseIdle({ handled, scope, abi }: Omit<LandlockPolicy, 'require'>): void {
  if (handled.fs.length + handled.net.length + scope.length === 0) {
    refuse('the policy restricts nothing', 'Give paths, net or scope; an empty list of paths forbids all files.');
  }
  const unknown = [...handled.fs, ...handled.net, ...scope].some((name) => name.startsWith('unsafe_unknown_bit_'));
  if (abi > newestAbi && !unknown) {
    refuse(`ABI ${abi} is newer than this package, which knows ${newestAbi}`, `Use ABI ${newestAbi}.`);
  }
}

/** Returns the names of what must be enforced, with groups expanded. */
function required(names: readonly string[] | undefined, asked: Omit<LandlockPolicy, 'require'>): readonly string[] {
  const features = featuresOf(asked);
  const full = features.map(([group, name]) => `${group}.${name}`);
  if (names === undefined) return Object.freeze(full);
  for (const name of names) {
    const known = groups.has(name) ? features.some(([group]) => group === name) : full.includes(name);
    if (!known) {
      refuse(
        `require names ${JSON.stringify(name)}, which the policy does not ask for`,
        `It asks for: ${full.join(', ')}.`,
      );
    }
  }
  return Object.freeze(
    features
      .filter(([group, name]) => names.includes(group) || names.includes(`${group}.${name}`))
      .map(([group, name]) => `${group}.${name}`),
  );
}
