import type { CapsOptions } from '@sb/caps';
import { isSandboxError, nearest } from '@sb/core';
import { isThere } from '@sb/files';
import { type Base, presets, type SeccompOptions } from '@sb/seccomp';

import { makePolicy, type ReadOptions, readOptions } from '../policy/define.js';
import { defaultEnvironment } from '../policy/environment.js';
import { levelsOf } from '../policy/levels.js';
import { privdropOf } from '../plan/layers.js';
import type { ProfileName } from '../profile/profile.js';
import type { RlimitValue, SandboxOptions, SandboxPolicy, SandboxUser } from '../policy/options.js';
import type { Arguments } from './arguments.js';
import { cgroupFrom } from './cgroup.js';
import { checkKept } from './kept-descriptors.js';
import { landlockFrom } from './landlock.js';
import { blameFile, readPolicyFile, readSeccompFile } from './policy-file.js';
import { refuseTakenBack } from './taken-back.js';
import { blameOption } from './option-error.js';
import { misuse } from './usage-error.js';
import { assignment, integerOf, limitOf, nameOrId, octalOf } from './words.js';

/**
 * Makes the policy of the command line. If it starts from a policy file, lists are added to, and single values are
 * replaced.
 *
 * @throws UsageError; SandboxError for what the layers refuse
 */
export function policyFrom(args: Arguments): SandboxPolicy {
  const file = args.one('policy');
  const before = file === undefined ? readOptions({}) : readPolicyFile(file);
  refuseTakenBack(args, levelsFrom(args, before).off ?? before.off);
  try {
    const policy = makePolicy(withEnvironment({ ...before, ...readOptions(changesFrom(args, before)) }, args));
    checkKept(policy.keepDescriptors ?? []);
    return policy;
  } catch (error) {
    if (isSandboxError(error)) {
      if (file === undefined) blameOption(error, args);
      else blameFile(file, before);
    }
    throw error;
  }
}

/** What the command line adds to the file, or replaces; nothing else is read again. */
function changesFrom(args: Arguments, before: SandboxOptions): SandboxOptions {
  const landlock = landlockFrom(args, before);
  const seccomp = seccompFrom(args, before.seccomp);
  return {
    ...single(args),
    ...(landlock === undefined || landlock === before.landlock ? {} : { landlock }),
    ...(seccomp === undefined || seccomp === before.seccomp ? {} : { seccomp }),
    ...(args.has('unix') ? { unix: socketsFrom(args, before.unix) } : {}),
    ...cgroupFrom(args, before.cgroup),
    ...(args.has('rlimit') ? { rlimits: { ...before.rlimits, ...limitsFrom(args) } } : {}),
    ...(args.has('keep-fd') ? { keepDescriptors: keptFrom(args, before.keepDescriptors) } : {}),
    ...levelsFrom(args, before),
  };
}

/** The options with one value. */
function single(args: Arguments): SandboxOptions {
  const [user, caps, cwd, umask] = [args.one('user'), args.one('caps'), args.one('cwd'), args.one('umask')];
  const profile = args.one('profile') as ProfileName | undefined;
  if (profile !== undefined && args.has('fs'))
    misuse(
      '--profile and --fs both choose the files',
      'Leave one out. --ro, --rx, --rw and --rwx add files to a profile.',
    );
  return {
    ...(user === undefined ? {} : { user: userOf(user) }),
    ...(args.has('groups') ? { groups: groupsOf(args.list('groups')) } : {}),
    ...(profile === undefined ? {} : { profile }),
    ...(caps === undefined ? {} : { caps: capsOf(caps, args.list('caps')) }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(umask === undefined ? {} : { umask: octalOf(umask, 'umask') }),
    ...(args.has('no-new-session') ? { newSession: false } : {}),
    ...(args.has('ipc') ? { ipc: true } : {}),
    ...(args.has('tmp') ? { tmp: args.one('tmp') === 'memory' ? 'memory' : 'private' } : {}),
    ...(args.has('tmp-home') ? { home: 'tmp' } : {}),
  };
}

function userOf(text: string): SandboxUser {
  const at = text.indexOf(':');
  if (at < 0) return nameOrId(text, 'user');
  const [user, group] = [text.slice(0, at), text.slice(at + 1)];
  if (user === '' || group === '') misuse(`--user ${text} has an empty part`, 'Write NAME or NAME:GROUP.');
  return { user: nameOrId(user, 'user'), group: nameOrId(group, 'user') };
}

function groupsOf(words: readonly string[]): NonNullable<SandboxOptions['groups']> {
  const [word] = words;
  return words.length === 1 && (word === 'none' || word === 'initgroups')
    ? word
    : words.map((one) => nameOrId(one, 'groups'));
}

/** Kept capabilities must be ambient: no others survive the execution of an ordinary program (`capabilities(7)`). */
function capsOf(word: string, names: readonly string[]): NonNullable<SandboxOptions['caps']> {
  if (word === 'none' || word === 'off') return word;
  const keep = names as NonNullable<CapsOptions['ambient']>;
  return { keep, ambient: keep };
}

function seccompFrom(args: Arguments, before: SandboxOptions['seccomp']): SandboxOptions['seccomp'] {
  const start = args.one('seccomp');
  const choice = start === undefined ? before : seccompOf(start);
  if (!args.has('deny') && !args.has('allow')) return choice;
  if (choice === 'off') return misuse('--deny and --allow need a filter, and the filter is off', 'Give --seccomp.');
  const given: SeccompOptions = typeof choice === 'object' ? choice : { base: choice ?? 'deny-dangerous' };
  const { deny = [], allow = [] } = given;
  return { ...given, deny: [...deny, ...args.list('deny')], allow: [...allow, ...args.list('allow')] };
}

/** The name of a preset is not a file; write `./` before a file of that name. */
function seccompOf(text: string): NonNullable<SandboxOptions['seccomp']> {
  if (text === 'off' || Object.hasOwn(presets, text)) return text as Base | 'off';
  const words = [...Object.keys(presets), 'off'];
  if (!text.includes('/') && !isThere(text)) {
    const meant = nearest(text, words);
    const guess = meant === undefined ? '' : `Did you mean ${meant}? `;
    misuse(`--seccomp ${text} is neither a preset nor a file`, `${guess}The presets are ${words.join(', ')}.`);
  }
  return readSeccompFile(text);
}

function limitsFrom(args: Arguments): Readonly<Record<string, RlimitValue>> {
  const limits = args.all('rlimit').map((text) => {
    const [name, value] = assignment(text);
    if (value === undefined) return misuse(`--rlimit ${text} has no value`, 'Write NAME=VALUE or NAME=unlimited.');
    return [name, value === 'unlimited' ? value : limitOf(value, name)] as const;
  });
  return Object.fromEntries(limits);
}

/** A path is not a list: it may contain a comma. */
function socketsFrom(args: Arguments, before: SandboxOptions['unix'] = []): NonNullable<SandboxOptions['unix']> {
  const paths = args.all('unix');
  if (!paths.includes('any')) return before === 'any' ? paths : [...new Set([...before, ...paths])];
  return paths.length === 1
    ? 'any'
    : misuse('--unix any cannot be combined with a path', 'Leave one out. Write a file named any as ./any.');
}

function keptFrom(args: Arguments, before: readonly number[] = []): readonly number[] {
  const added = args.list('keep-fd').map((text) => integerOf(text, 'keep-fd'));
  return [...new Set([...before, ...added])];
}

type LevelLists = Pick<SandboxOptions, 'require' | 'prefer' | 'off'>;

/** A level of the command line replaces that of the file. */
function levelsFrom(args: Arguments, before: LevelLists): LevelLists {
  const levels = ['require', 'prefer', 'off'] as const;
  const named = new Set(levels.flatMap((level) => args.list(level)));
  if (named.size === 0) return {};
  const listOf = (level: (typeof levels)[number]) => [
    ...(before[level] ?? []).filter((name) => !named.has(name)),
    ...args.list(level),
  ];
  return { require: listOf('require'), prefer: listOf('prefer'), off: listOf('off') };
}

/** The environment is exact, so an addition needs all of it: that of the file, or the default of a sandbox. */
function withEnvironment(options: ReadOptions, args: Arguments): ReadOptions {
  if (!args.has('env')) return options;
  const added = args.all('env').map((text) => {
    const [name, value = process.env[name]] = assignment(text);
    return value === undefined
      ? misuse(`--env ${name} is not set here`, `Set it, or write --env ${name}=VALUE.`)
      : ([name, value] as const);
  });
  const own = options.env ?? defaultEnvironment(privdropOf(options, levelsOf(options)));
  return { ...options, ...readOptions({ env: { ...own, ...Object.fromEntries(added) } }) };
}
