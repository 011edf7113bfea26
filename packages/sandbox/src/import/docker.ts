import type { CapsOptions } from '@sb/caps';
import type { Machine } from '@sb/seccomp';
import { dockerCaps, fromOci } from '@sb/seccomp/analysis';

import { refuse } from '../errors.js';
import { definePolicy } from '../policy/define.js';
import type { RlimitValue, SandboxOptions, ShortRule } from '../policy/options.js';
import { dockerTable, isUnplaced } from './docker-options.js';
import { type Flag, flagsOf } from './flags.js';
import type { Imported, UnsaidSetting } from './imported.js';
import { readScript } from './script.js';
import { variable } from './shell-words.js';
import { sizeIn } from './unit-values.js';

/** What `docker run` is read with. */
interface DockerInput {
  readonly machine: Machine;
  /** The text of the profile that `--security-opt seccomp=FILE` names. */
  readonly profile: string | undefined;
}

const isCommand = /^(?:docker|podman|"\$engine")\s+(?:container\s+)?run(?:\s|$)/;

/** Reads a command line of `docker run` or `podman run`, or a script that was exported for them. @throws SandboxError, SeccompError */
export function readDocker(text: string, { machine, profile }: DockerInput): Imported {
  const { words, document = profile } = readScript(text, isCommand);
  const own = words.slice(words.indexOf('run') + 1).filter((word) => word !== `${variable}podman`);
  const flags = flagsOf(own, dockerTable);
  const unsaid: UnsaidSetting[] = [];
  const all = (name: string) => flags.filter((one) => one.name === name).map(({ values }) => values[0] ?? '');
  const has = (name: string) => flags.some((one) => one.name === name);
  if (has('--privileged'))
    refuse('--privileged', 'lifts what the other options restrict', 'Leave it out, and name what the program needs.');
  const options: SandboxOptions = {
    ...filesOf({ isReadOnly: has('--read-only'), volumes: all('--volume'), tmpfs: all('--tmpfs') }, unsaid),
    ...userOf(all('--user').at(-1), all('--group-add')),
    caps: capsOf(flags),
    ...securityOf({ words: all('--security-opt'), document, machine, caps: bounding(flags) }, unsaid),
    ...cgroupOf(all, unsaid),
    rlimits: limitsOf(all('--ulimit'), unsaid),
    ...environmentOf(all('--env'), unsaid),
    ...(has('--workdir') ? { cwd: all('--workdir').at(-1) ?? '/' } : {}),
  };
  for (const { name, values } of flags) if (isUnplaced(name, values[0] ?? '')) unsaid.push(noPlace(name));
  return { policy: definePolicy(options), unsaid };
}

const noPlace = (path: string): UnsaidSetting => ({ path, what: 'has no place in the policy' });

interface Files {
  readonly isReadOnly: boolean;
  readonly volumes: readonly string[];
  readonly tmpfs: readonly string[];
}

/** The files of an image are not those of this machine: only what is read-only as a whole, and what is shared with it, has a place. */
function filesOf({ isReadOnly, volumes, tmpfs }: Files, unsaid: UnsaidSetting[]): SandboxOptions {
  const paths: ShortRule[] = [];
  for (const volume of volumes) {
    const [from = '', to = from, mode = ''] = volume.split(':');
    const isPlaced = isReadOnly && from.startsWith('/') && from === to;
    if (isPlaced) paths.push(mode.split(',').includes('ro') ? { rx: from } : { rwx: from });
    else
      unsaid.push({
        path: `--volume ${volume.slice(0, 200)}`,
        what: 'has no place in the policy: grant the path by landlock',
      });
  }
  const isTmp = (one: string) => /^\/tmp(?::|$)/.test(one);
  for (const one of tmpfs.filter((each) => !isTmp(each))) unsaid.push(noPlace(`--tmpfs ${one.slice(0, 200)}`));
  return {
    landlock: isReadOnly ? { preset: 'read-only', paths, net: { bindTcp: 'any' } } : 'off',
    ...(tmpfs.some(isTmp) ? { tmp: 'memory' } : {}),
  };
}

/** Names mean somebody else in the image, so only numbers are read. */
function userOf(user: string | undefined, groups: readonly string[]): SandboxOptions {
  const ids = [...(user?.split(':') ?? []), ...groups];
  const odd = ids.find((one) => !/^\d{1,10}$/.test(one));
  if (odd !== undefined)
    return refuse(
      '--user',
      `has the name ${JSON.stringify(odd.slice(0, 60))}, which the image decides about`,
      'Write its number.',
    );
  if (user === undefined) return {};
  const [uid = 0, gid] = user.split(':').map(Number);
  // Without a group the image has it, or else root's.
  return { user: { user: uid, group: gid ?? 0 }, ...(groups.length === 0 ? {} : { groups: groups.map(Number) }) };
}

/** Each option in turn, on what an engine gives by itself; `ALL` in either of them comes first. */
function bounding(flags: readonly Flag[]): readonly string[] {
  const named = (option: string) =>
    flags
      .filter(({ name }) => name === option)
      .map(({ values }) => `CAP_${(values[0] ?? '').toUpperCase().replace(/^CAP_/, '')}`);
  const [added, dropped] = [named('--cap-add'), named('--cap-drop')];
  if (added.includes('CAP_ALL'))
    return refuse('--cap-add', 'gives all capabilities', 'Name those that the program needs.');
  const start = dropped.includes('CAP_ALL') ? [] : dockerCaps.filter((one) => !dropped.includes(one));
  return [...new Set([...start, ...added])];
}

function capsOf(flags: readonly Flag[]): NonNullable<SandboxOptions['caps']> {
  const keep = bounding(flags).map((name) => name.toLowerCase()) as NonNullable<CapsOptions['ambient']>;
  return keep.length === 0 ? 'none' : { keep, ambient: keep };
}

interface Security {
  readonly words: readonly string[];
  readonly document: string | undefined;
  readonly machine: Machine;
  readonly caps: readonly string[];
}

function securityOf({ words, document, machine, caps }: Security, unsaid: UnsaidSetting[]): SandboxOptions {
  const isWithout = !words.some((word) => /^no-new-privileges(?:[=:]true)?$/.test(word));
  if (isWithout) unsaid.push({ path: '--security-opt', what: 'a sandbox always sets no_new_privs' });
  const named = words.findLast((word) => /^seccomp[=:]/.test(word))?.slice('seccomp='.length);
  for (const word of words.filter((one) => !/^(?:seccomp|no-new-privileges)\b/.test(one)))
    unsaid.push(noPlace(`--security-opt ${word.slice(0, 200)}`));
  if (named === 'unconfined') return { seccomp: 'off' };
  if (named === undefined || named === 'builtin') {
    const what =
      'the profile that the engine has by itself is not part of its options: give its text as profile, with seccomp=FILE';
    unsaid.push({ path: '--security-opt seccomp', what });
    return { seccomp: 'off' };
  }
  if (document === undefined) {
    const file = named.startsWith(variable) ? 'a file' : named.slice(0, 200);
    return refuse(
      '--security-opt seccomp',
      `names a profile, and its text is not given: ${file}`,
      'Give the text as profile.',
    );
  }
  const read = fromOci(document, { machine, caps });
  unsaid.push(...read.unsaid.map(({ path, what }) => ({ path: `seccomp.${path}`, what })));
  const { layer: _layer, level: _level, ...seccomp } = read.policy;
  return { seccomp };
}

/** Bytes with a suffix, by go-units. */
function bytesIn(name: string, text: string): number {
  const found = /^(\d{1,12})([bkmg]?)b?$/i.exec(text);
  if (found === null)
    return refuse(name, `is not a size: ${text.slice(0, 60)}`, 'Write bytes, or a number such as 512m.');
  return sizeIn(`${found[1]}${(found[2] ?? '').toUpperCase()}`);
}

function cgroupOf(all: (name: string) => readonly string[], unsaid: UnsaidSetting[]): SandboxOptions {
  const numberIn = (name: string, pattern: RegExp, example: string): number => {
    const text = all(name).at(-1) ?? '0';
    return pattern.test(text)
      ? Number(text)
      : refuse(name, `is not a number: ${text.slice(0, 60)}`, `Write one such as ${example}.`);
  };
  const [memory = '0', swap = '-1'] = [all('--memory').at(-1), all('--memory-swap').at(-1)];
  const most = bytesIn('--memory', memory);
  if (most > 0 && (swap === '-1' || bytesIn('--memory-swap', swap) !== most))
    unsaid.push({ path: '--memory-swap', what: 'memory is never in swap in a sandbox' });
  const limits = {
    memory: most,
    pids: numberIn('--pids-limit', /^(?:\d{1,7}|-1)$/, '100, or -1'),
    cpu: Math.ceil(numberIn('--cpus', /^\d{1,4}(?:\.\d{1,4})?$/, '1.5') * 100),
  };
  const cgroup = Object.entries(limits).filter(([, value]) => value > 0);
  return cgroup.length === 0 ? {} : { cgroup: Object.fromEntries(cgroup) };
}

/** A sandbox has one limit for both: the hard one, up to which a program may raise the soft one itself. */
function limitsOf(words: readonly string[], unsaid: UnsaidSetting[]): NonNullable<SandboxOptions['rlimits']> {
  const limits = words.map((word): readonly [string, RlimitValue] => {
    const [, name = '', soft = '', hard = soft] = /^([a-z]+)=(-1|\d{1,15})(?::(-1|\d{1,15}))?$/.exec(word) ?? [];
    if (name === '')
      return refuse('--ulimit', `is not NAME=SOFT:HARD: ${word.slice(0, 60)}`, 'Write one such as nofile=1024:4096.');
    if (soft !== hard)
      unsaid.push({
        path: `--ulimit ${name}`,
        what: `the soft limit ${soft} has no place in the policy: the hard one stands for both`,
      });
    return [name, hard === '-1' ? 'unlimited' : Number(hard)];
  });
  return Object.fromEntries(limits);
}

function environmentOf(words: readonly string[], unsaid: UnsaidSetting[]): SandboxOptions {
  if (words.length === 0) return {};
  const pairs = words.flatMap((word) => {
    const at = word.indexOf('=');
    if (at > 0) return [[word.slice(0, at), word.slice(at + 1)] as const];
    unsaid.push({ path: `--env ${word.slice(0, 200)}`, what: 'is taken from the caller there, and left out here' });
    return [];
  });
  return { env: Object.fromEntries(pairs) };
}
