import { integer, list, object, type Options, Place, type Reader, required, text } from '@sb/core/document';

import { mostPaths } from './documents.js';
import { refuse } from './errors.js';
import { newestAbi } from './rights.js';

/** A document of the landlockconfig JSON format (github.com/landlock-lsm/landlockconfig, schema/landlockconfig.json). */
export interface LandlockConfig {
  readonly abi?: number;
  readonly variable?: readonly { readonly name: string; readonly literal?: readonly string[] }[];
  readonly ruleset?: readonly {
    readonly handledAccessFs?: readonly string[];
    readonly handledAccessNet?: readonly string[];
    readonly scoped?: readonly string[];
  }[];
  readonly pathBeneath?: readonly { readonly allowedAccess: readonly string[]; readonly parent: readonly string[] }[];
  readonly netPort?: readonly { readonly allowedAccess: readonly string[]; readonly port: readonly number[] }[];
}

type Entry<Key extends keyof LandlockConfig> =
  NonNullable<LandlockConfig[Key]> extends readonly (infer One)[] ? One : never;

const names = list(text(), { min: 1, what: 'a list of names' });
const values = list(text({ pattern: /^/ }), { min: 1, max: mostPaths, what: 'a list of values' });
const parents = list(text({ pattern: /^/ }), { min: 1, max: mostPaths, what: 'a list of paths' });
const ports = list(integer({ min: 0, max: 65_535, what: 'a port' }), { min: 1, max: 65_536, what: 'a list of ports' });

/** A list with at least one part. */
function parts<T extends object>(options: Options<T>): Reader<readonly T[]> {
  return list(object<T>(options), { min: 1, max: mostPaths, what: 'a list of objects' });
}

/** The table of the format. This package refuses an empty list, which the library of the format accepts. */
const configReader: Reader<LandlockConfig> = object<LandlockConfig>({
  abi: integer({ min: 1, max: 1000, what: 'a Landlock ABI' }),
  variable: parts<Entry<'variable'>>({ name: required(text({ pattern: /^/ })), literal: values }),
  ruleset: parts<Entry<'ruleset'>>({ handledAccessFs: names, handledAccessNet: names, scoped: names }),
  pathBeneath: parts<Entry<'pathBeneath'>>({ allowedAccess: required(names), parent: required(parents) }),
  netPort: parts<Entry<'netPort'>>({ allowedAccess: required(names), port: required(ports) }),
});

/** Refuses a document that is not of this format. */
export function refuseConfig(
  what: string,
  hint = `Compare it with the schema of landlockconfig, ABI 1 to ${newestAbi}.`,
): never {
  return refuse(`this is not a landlockconfig document: ${what}`, hint, 'config');
}

/**
 * Reads the whole document, before any part is used.
 *
 * @param document - the result of `JSON.parse`
 * @throws LandlockError `invalid-policy`, with the place: `netPort[1].host is unknown`
 */
export function readConfig(document: unknown): LandlockConfig {
  const place = new Place('', ({ path, what, hint }) => refuseConfig(`${path === '' ? 'it' : path} ${what}`, hint));
  const config = configReader.read(document, place);
  const empty = config.ruleset?.findIndex((ruleset) => Object.keys(ruleset).length === 0) ?? -1;
  if (empty >= 0) refuseConfig(`ruleset[${empty}] is empty`);
  return config;
}
