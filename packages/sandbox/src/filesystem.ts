import {
  type LandlockOptions,
  type LandlockPolicy,
  list,
  path,
  type PathRule,
  policy,
  ro,
  rw,
  rwx,
  rx,
} from '@sb/landlock';

import { absolutePath } from './absolute-path.js';
import { booleanAt, listAt, objectAt, textAt, wordAt } from './document.js';
import { refuse } from './errors.js';
import type { Access, FilesystemPreset, LandlockChoice } from './options.js';

/** The presets' names. */
export const filesystemPresets = ['read-only', 'minimal', 'none'] as const satisfies readonly FilesystemPreset[];

/** The Landlock ABI that the presets were tested with (Linux 6.15); the choice's own `abi` wins. */
export const presetAbi = 7;

const optional = { optional: true } as const;

/** What nearly every program opens for writing, and nobody can keep anything in. */
const sinks = path('/dev/null', ['read_file', 'write_file'], optional);

/** Devices that give the same to everybody. No terminal: what is given stays open, and others are not ours to read. */
const harmlessDevices = ['/dev/full', '/dev/random', '/dev/urandom', '/dev/zero'] as const;

/** Libraries, and the loader that a dynamic program's own file names. */
const libraries = rx('/lib', '/lib64', '/usr/lib', '/usr/lib32', '/usr/lib64', '/usr/local/lib', optional);

/**
 * Certificates as each distribution has them, and what OpenSSL is told of them: never the whole of /etc/ssl or /etc/pki,
 * where private keys lie beside.
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

/** What the C library and TLS libraries read to resolve a name and to check a certificate. */
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

/** What a preset grants before the policy's own rules. Of `/` itself only the names, in every folder. */
const presetPaths: Readonly<Record<FilesystemPreset, readonly PathRule[]>> = {
  'read-only': [list('/'), sinks],
  minimal: [libraries, networkClient, sinks],
  none: [],
};

const builders: Readonly<Record<Access, (...args: [string, ...string[], object]) => PathRule>> = {
  ro: (...args) => ro(...args),
  rx: (...args) => rx(...args),
  rw: (...args) => rw(...args),
  rwx: (...args) => rwx(...args),
  list: (...args) => list(...args),
};

/** What stays restricted where a preset says nothing of it: no signal and no abstract socket leads out, no port binds. */
export const presetDefaults = {
  abi: presetAbi,
  net: { bindTcp: [] },
  scope: ['abstract_unix_socket', 'signal'],
} as const;

/** What a choice's preset depends on beside the choice. */
export interface Surroundings {
  /** Files of the program itself, which the preset `minimal` grants. */
  readonly program?: readonly string[];
  /** What lies in `/`, which the preset `read-only` grants; only asked for then. */
  readonly top?: () => readonly string[];
}

/**
 * The Landlock policy of a choice. A preset `none` starts from nothing at all.
 *
 * @param choice - a preset, or one with additions
 * @param surroundings - default: none, for a look at the choice alone
 */
export function landlockPolicy(choice: LandlockChoice, { program = [], top }: Surroundings = {}): LandlockPolicy {
  const { preset: given = 'read-only', paths, net = {}, ...rest } = choice;
  const preset = wordAt(given, 'landlock.preset', filesystemPresets);
  const added = paths === undefined ? [] : listAt(paths, 'landlock.paths', ruleOf);
  const lacking = (names: readonly string[], rights: readonly string[]) =>
    names.filter((name) => !added.some((rule) => grants(rule, name, rights)));
  const rules = [
    ...presetPaths[preset],
    ...added,
    ...(preset === 'minimal' ? ruleFor(rx, lacking(program, ['execute', 'read_file']), {}) : []),
    ...(preset === 'read-only' ? ruleFor(ro, lacking(harmlessDevices, ['read_file']), optional) : []),
    ...(preset === 'read-only' && top
      ? ruleFor(rx, lacking(top(), ['execute', 'read_file', 'read_dir']), optional)
      : []),
  ];
  const options: LandlockOptions = {
    ...(preset === 'none' ? { abi: presetAbi } : presetDefaults),
    // As for @sb/landlock: an empty list allows nothing, and none at all restricts nothing.
    ...(preset === 'none' && paths === undefined ? {} : { paths: rules }),
    ...rest,
    net: netOf(net, preset === 'none' ? {} : presetDefaults.net),
  };
  return policy(options);
}

/** Whether a rule has such rights for a path already: @sb/landlock refuses a second one that adds nothing. */
function grants(rule: PathRule, name: string, rights: readonly string[]): boolean {
  // A rule of a document may have anything there still; policy() refuses it.
  const [names, given] = [[rule.paths].flat(), [rule.rights].flat()];
  return names.includes(name) && rights.every((right) => given.some((one) => one === right));
}

/** One rule for some paths; none for no path. */
function ruleFor(builder: typeof rx, names: readonly string[], options: object): readonly PathRule[] {
  const [first, ...others] = names;
  return first === undefined ? [] : [builder(first, ...others, options)];
}

/** Whether a rule is one for something that lies in `/`, as the preset `read-only` has them. */
export function isTopRule(rule: LandlockPolicy['paths'][number]): boolean {
  const isInRoot = typeof rule.path === 'string' && /^\/[^/]+$/.test(rule.path);
  return rule.optional && isInRoot && rule.rights.includes('execute');
}

/** The same with every path absolute: the launcher opens them when it has changed to the child's working directory. */
export function absolutePaths(choice: LandlockChoice): LandlockChoice {
  const { paths, ...rest } = choice;
  if (paths === undefined) return rest;
  const rules = listAt(paths, 'landlock.paths', ruleOf);
  const absolute = (one: PathRule['paths'][number]) => (typeof one === 'string' ? absolutePath(one) : one);
  return { ...rest, paths: rules.map((rule) => Object.assign({}, rule, { paths: rule.paths.map(absolute) })) };
}

type Net = NonNullable<LandlockChoice['net']>;

/** Rights by their options' names; those newer than `@sb/landlock` go by their bit. */
const netOptions = ['connectTcp', 'bindTcp', 'connectSendUdp', 'bindUdp'] as const;

function netOf(net: Net, defaults: Net): NonNullable<LandlockOptions['net']> {
  // null is no object, and has no keys to ask for.
  const bits = Object.keys(net ?? {}).filter((key) => key.startsWith('unsafe_unknown_bit_'));
  const named = Object.entries({ ...defaults, ...objectAt(net, 'landlock.net', [...netOptions, ...bits]) });
  return Object.fromEntries(named.filter(([, ports]) => ports !== 'any')) as NonNullable<LandlockOptions['net']>;
}

/** A rule as the builders make it, or a short one of a document. */
function ruleOf(rule: unknown, at: string): PathRule {
  if (typeof rule === 'object' && rule !== null && 'paths' in rule) return rule as PathRule;
  const fields = objectAt(rule, at, [...Object.keys(builders), 'optional', 'refer']);
  const accesses = (Object.keys(builders) as Access[]).filter((access) => fields[access] !== undefined);
  const [access] = accesses;
  if (access === undefined || accesses.length > 1) {
    return refuse(at, 'names not exactly one kind of access', `Use one of: ${Object.keys(builders).join(', ')}.`);
  }
  const options = {
    ...(fields['optional'] === undefined ? {} : { optional: booleanAt(fields['optional'], `${at}.optional`) }),
    ...(fields['refer'] === undefined ? {} : { refer: booleanAt(fields['refer'], `${at}.refer`) }),
  };
  const [first, ...others] = [fields[access]].flat().map((one, index) => textAt(one, `${at}.${access}[${index}]`));
  if (first === undefined) return refuse(`${at}.${access}`, 'is empty', 'Name a path.');
  return builders[access](...([first, ...others, options] as [string, ...string[], object]));
}
