import {
  type FileIdentity,
  type LandlockFinding,
  type LandlockOptions,
  type LandlockPolicy,
  lint,
  list,
  path,
  type PathRule,
  policy,
  ro,
  rw,
  rwx,
  rx,
  withPaths,
} from '@sb/landlock';

import { refuse } from '../errors.js';
import { accesses } from './landlock-document.js';
import type { Access, FilesystemPreset, LandlockChoice, ShortRule } from './options.js';

/** The Landlock ABI that the presets were tested with (Linux 6.15); the choice's own `abi` comes first. */
export const presetAbi = 7;

const optional = { optional: true } as const;

/** What almost every program opens for writing, and what stores nothing. */
const sinks = path('/dev/null', ['read_file', 'write_file'], optional);

/**
 * Devices that give the same to every process. Terminals are not among them: others of the user's terminals must not be
 * readable.
 */
const harmlessDevices = ['/dev/full', '/dev/random', '/dev/urandom', '/dev/zero'] as const;

/** Libraries, and the loader that the file of a dynamic program names. */
const libraries = rx('/lib', '/lib64', '/usr/lib', '/usr/lib32', '/usr/lib64', '/usr/local/lib', optional);

/**
 * Certificates in the places of each distribution, and the settings of OpenSSL. Never all of /etc/ssl or /etc/pki,
 * which also contain private keys.
 */
const certificates = [
  '/etc/ssl/certs',
  '/etc/ssl/cert.pem',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/openssl.cnf',
  '/etc/pki/tls/certs',
  '/etc/pki/tls/cert.pem',
  '/etc/pki/tls/openssl.cnf',
  '/etc/pki/ca-trust/extracted',
  '/etc/ca-certificates',
  '/etc/crypto-policies',
  '/usr/share/ca-certificates',
  '/usr/local/share/ca-certificates',
  '/var/lib/ca-certificates',
] as const;

/** The files that the C library and TLS libraries read to resolve a name and to check a certificate. */
const networkClient = ro(
  '/etc/ld.so.cache',
  '/etc/resolv.conf',
  '/run/systemd/resolve',
  '/run/resolvconf',
  '/etc/hosts',
  '/etc/host.conf',
  '/etc/nsswitch.conf',
  '/etc/gai.conf',
  '/etc/services',
  '/etc/protocols',
  ...certificates,
  '/etc/localtime',
  '/usr/share/zoneinfo',
  '/usr/share/locale',
  '/dev/urandom',
  '/dev/random',
  optional,
);

/**
 * The grants of a preset, before the policy's own rules. For `/` itself they grant only the names, in every directory.
 */
const presetPaths: Readonly<Record<FilesystemPreset, readonly PathRule[]>> = {
  'read-only': [list('/'), sinks],
  minimal: [libraries, networkClient, sinks],
  none: [],
};

const builders: Readonly<Record<Access, (...args: [string, ...string[], object]) => PathRule>> = {
  ro,
  rx,
  rw,
  rwx,
  list,
};

/**
 * Restrictions that a preset does not change: no signals and abstract sockets to the outside, and no binding of ports.
 */
export const presetDefaults = {
  abi: presetAbi,
  net: { bindTcp: [] },
  scope: ['abstract_unix_socket', 'signal'],
} as const;

/**
 * Returns the Landlock policy of a choice, without what its preset grants on this machine: {@link withTop} and {@link
 * withProgram} add that. A preset `none` starts from nothing.
 *
 * @param choice - a preset, or one with additions, as it was read
 */
export function landlockPolicy(choice: LandlockChoice): LandlockPolicy {
  return policy(optionsOf(choice));
}

/** A part of a policy's own rule that is valid and probably a mistake. */
export interface RuleFinding {
  readonly code: LandlockFinding['code'];
  /** The place in the policy: `landlock.paths[2]`. */
  readonly place: string;
  readonly path: string;
}

/**
 * Names the rules of a choice that grant nothing beyond the others and the preset, and those whose path the program may
 * replace.
 *
 * @param choice - as it was read
 * @param top - the entries of `/`, which the preset `read-only` grants
 */
export function ruleFindings(choice: LandlockChoice, top: readonly string[]): readonly RuleFinding[] {
  const { preset = 'read-only', paths: own = [] } = choice;
  const options = optionsOf(choice);
  const [first, ...others] = preset === 'read-only' ? top : [];
  const paths = [...(options.paths ?? []), ...(first === undefined ? [] : [rx(first, ...others, optional)])];
  const before = presetPaths[preset].length;
  return lint({ ...options, paths }).flatMap(({ code, place, path: name }) => {
    const index = Number(/^paths\[(\d+)\]/.exec(place)?.[1]) - before;
    return index >= 0 && index < own.length ? [{ code, place: `landlock.paths[${index}]`, path: name }] : [];
  });
}

function optionsOf(choice: LandlockChoice): LandlockOptions {
  const { preset = 'read-only', paths, net = {}, ...rest } = choice;
  const rules = [
    ...presetPaths[preset],
    ...(paths ?? []).map(ruleOf),
    ...(preset === 'read-only' ? [ro(...harmlessDevices, optional)] : []),
  ];
  return {
    ...(preset === 'none' ? { abi: presetAbi } : presetDefaults),
    // As in @sb/landlock: an empty list allows nothing, and a missing list restricts nothing.
    ...(preset === 'none' && paths === undefined ? {} : { paths: rules }),
    ...rest,
    net: netOf(net, preset === 'none' ? {} : presetDefaults.net),
  };
}

/**
 * Adds the entries of `/`, which the preset `read-only` grants.
 *
 * @param made - from {@link landlockPolicy}
 * @param top - the entries
 */
export function withTop(made: LandlockPolicy, top: readonly string[]): LandlockPolicy {
  return withReading(made, top, optional);
}

/**
 * Adds the grants of a profile on this machine.
 *
 * @param made - from {@link landlockPolicy}
 * @param rules - of the profile
 */
export function withRules(made: LandlockPolicy, rules: readonly PathRule[]): LandlockPolicy {
  return rules.reduce(withRule, made);
}

/**
 * Adds files of the program itself, which the preset `minimal` grants: only the files that were examined, and not
 * replacements. Identity `true` means any file at that path, but not a directory.
 *
 * @param made - from {@link landlockPolicy}
 * @param files - of the program
 */
export function withProgram(
  made: LandlockPolicy,
  files: readonly { readonly path: string; readonly identity: FileIdentity | true }[],
): LandlockPolicy {
  return files.reduce((granted, { path: file, identity }) => withReading(granted, [file], { file: identity }), made);
}

/**
 * Adds the sandbox's own directories. Everything may be done in and between them, except executing, unless it is
 * allowed.
 *
 * @param made - from {@link landlockPolicy}
 * @param folders - absolute paths
 * @param executes - whether programs in them may be executed. Default: false
 */
export function withOwnFolders(
  made: LandlockPolicy,
  [first, ...others]: readonly string[],
  executes = false,
): LandlockPolicy {
  const grant = executes ? rwx : rw;
  return first === undefined ? made : withRule(made, grant(first, ...others, { refer: true }));
}

function withReading(made: LandlockPolicy, [first, ...others]: readonly string[], options: object): LandlockPolicy {
  return first === undefined ? made : withRule(made, rx(first, ...others, options));
}

/** If none of these rights is restricted, nothing must be granted. */
function withRule(made: LandlockPolicy, rule: PathRule): LandlockPolicy {
  return rule.rights.some((right) => made.handled.fs.includes(right)) ? withPaths(made, [rule]) : made;
}

/**
 * Whether a rule is one of those for the entries of `/`.
 *
 * @param top - the entries given to {@link withTop}
 */
export function isTopRule(rule: LandlockPolicy['paths'][number], top: ReadonlySet<string>): boolean {
  return rule.optional && typeof rule.path === 'string' && top.has(rule.path) && rule.rights.includes('execute');
}

type Net = NonNullable<LandlockChoice['net']>;

function netOf(net: Net, defaults: Net): NonNullable<LandlockOptions['net']> {
  const named = Object.entries({ ...defaults, ...net });
  return Object.fromEntries(named.filter(([, ports]) => ports !== 'any')) as NonNullable<LandlockOptions['net']>;
}

/** Converts a rule that was read to the form of the builders. */
function ruleOf(rule: PathRule | ShortRule): PathRule {
  if ('paths' in rule) return rule;
  const access =
    accesses.find((one) => Object.hasOwn(rule, one)) ??
    refuse('landlock.paths', 'has a rule without rights', 'Name a kind of access.');
  const { optional: isOptional, refer } = rule;
  const [first = '', ...others] = [rule[access] ?? []].flat();
  return builders[access](first, ...others, {
    ...(isOptional === undefined ? {} : { optional: isOptional }),
    ...(refer === undefined ? {} : { refer }),
  });
}
