import type { CapsOptions } from '@sb/caps';
import type { Machine } from '@sb/seccomp';
import { fromProgram } from '@sb/seccomp/analysis';

import { refuse } from '../errors.js';
import { definePolicy } from '../policy/define.js';
import type { RlimitValue, SandboxOptions, ShortRule } from '../policy/options.js';
import { hiddenTmp, isReadOnly, seenBinds, writableAgain } from './bwrap-mounts.js';
import { bwrapTable } from './bwrap-options.js';
import { type Flag, flagsOf } from './flags.js';
import type { Imported, UnsaidSetting } from './imported.js';
import { readScript } from './script.js';
import { variable } from './shell-words.js';

/** What a command line of bubblewrap is read with. */
interface BwrapInput {
  readonly machine: Machine;
  /** The program that `--seccomp FD` reads. */
  readonly filter: Uint8Array | undefined;
}

const isCommand = /^(?:exec\s+)?(?:prlimit\s(?:.*\s)?--\s+)?bwrap(?:\s|$)/;

/** Reads a command line of bubblewrap, or a script that was exported for it. @throws SandboxError, SeccompError */
export function readBwrap(text: string, { machine, filter }: BwrapInput): Imported {
  const { words, document, umask } = readScript(text, isCommand);
  const at = words.indexOf('bwrap');
  const flags = flagsOf(withoutDefaults(words.slice(at + 1)), bwrapTable);
  const bytes = document === undefined ? filter : Buffer.from(document, 'base64');
  const unsaid: UnsaidSetting[] = [];
  const has = (name: string) => flags.some((one) => one.name === name);
  if (has('--args'))
    refuse('--args', 'reads options from a descriptor, and they are not given', 'Write them in its place.');
  const options: SandboxOptions = {
    ...filesOf(flags, unsaid),
    caps: capsOf(flags),
    ...filterOf(flags, { machine, filter: bytes }),
    rlimits: limitsOf(words.slice(0, at)),
    ...environmentOf(flags, words, unsaid),
    ...whereOf(flags),
    newSession: has('--new-session'),
    dieWithParent: has('--die-with-parent'),
    ...(umask === undefined ? {} : { umask: Number.parseInt(umask, 8) }),
  };
  for (const { name, values } of flags) {
    if (unplaced.test(name))
      unsaid.push({ path: [name, ...values].join(' ').slice(0, 200), what: 'has no place in the policy' });
  }
  return { policy: definePolicy(options), unsaid };
}

/** The variables that are kept by default, as the exported script has them. */
const withoutDefaults = (words: readonly string[]): readonly string[] =>
  words.filter((word) => !/^\0(?:HOME|USER|LOGNAME|SHELL|TERM|LANG)$/.test(word));

/** Namespaces, ids in them, and files that are made for a start. */
const unplaced =
  /^--(?:unshare-(?!net$)\w+(?:-try)?|uid|gid|hostname|add-seccomp-fd|sync-fd|block-fd|userns.*|pidns|exec-label|file-label|remount-ro|mqueue|dir|file|.*bind-data|.*bind-fd|chmod|.*overlay.*|disable-userns|lock-file)$/;

/** What is mounted can be executed: a mount of bubblewrap has no option against that. */
function filesOf(flags: readonly Flag[], unsaid: UnsaidSetting[]): SandboxOptions {
  const binds = seenBinds(flags);
  unsaid.push(...writableAgain(binds), ...hiddenTmp(flags, binds));
  const isOpen = binds.some(({ name, values: [from, to] }) => !isReadOnly(name) && from === '/' && to === '/');
  const has = (name: string) => flags.some((one) => one.name === name);
  const isApart = has('--unshare-net') || has('--unshare-all');
  if (isApart && !has('--share-net'))
    unsaid.push({
      path: '--unshare-net',
      what: 'has no place in the policy: close sockets by seccomp, if the filter leaves them open',
    });
  const tmpfs = flags.filter(({ name }) => name === '--tmpfs').map(({ values }) => values[0] ?? '');
  for (const path of tmpfs.filter((one) => one !== '/tmp'))
    unsaid.push({ path: `--tmpfs ${path.slice(0, 200)}`, what: 'has no place in the policy' });
  const tmp = tmpfs.includes('/tmp') ? ({ tmp: 'memory' } as const) : {};
  if (isOpen) return { landlock: 'off', ...tmp };
  const paths = binds.flatMap((one) => ruleOf(one, unsaid));
  if (has('--proc')) paths.push({ rx: '/proc' });
  if (has('--dev')) unsaid.push({ path: '--dev', what: 'has no place in the policy: grant devices by their paths' });
  return { landlock: { preset: 'none', paths, net: { bindTcp: 'any' } }, ...tmp };
}

function ruleOf({ name, values: [from = '', to = ''] }: Flag, unsaid: UnsaidSetting[]): readonly ShortRule[] {
  if (from !== to) {
    unsaid.push({
      path: `${name} ${from} ${to}`.slice(0, 200),
      what: 'shows a path at another place, which has no place in the policy',
    });
    return [];
  }
  const access = isReadOnly(name) ? { rx: from } : { rwx: from };
  return [{ ...access, ...(name.endsWith('-try') ? { optional: true } : {}) }];
}

/** Without an option, bubblewrap keeps no capabilities. */
function capsOf(flags: readonly Flag[]): NonNullable<SandboxOptions['caps']> {
  const names = new Set<string>();
  for (const { name, values } of flags) {
    const word = (values[0] ?? '').toLowerCase();
    if (name === '--cap-drop' && word === 'all') names.clear();
    else if (name === '--cap-drop') names.delete(word);
    else if (name === '--cap-add' && word === 'all')
      return refuse(name, 'gives all capabilities', 'Name those that the program needs.');
    else if (name === '--cap-add') names.add(word);
  }
  const keep = [...names] as NonNullable<CapsOptions['ambient']>;
  return keep.length === 0 ? 'none' : { keep, ambient: keep };
}

function filterOf(flags: readonly Flag[], { machine, filter }: BwrapInput): SandboxOptions {
  if (!flags.some(({ name }) => name === '--seccomp')) return { seccomp: 'off' };
  if (filter === undefined)
    return refuse(
      '--seccomp',
      'reads a program from a descriptor, and its bytes are not given',
      'Give them as filter.',
    );
  const { layer: _layer, level: _level, ...seccomp } = fromProgram({ machine, bytes: filter });
  return { seccomp };
}

/** Of prlimit(1), which the exported script starts bubblewrap by. */
function limitsOf(words: readonly string[]): NonNullable<SandboxOptions['rlimits']> {
  const limits = words.flatMap((word): (readonly [string, RlimitValue])[] => {
    if (!word.startsWith('-') || word === '--') return [];
    const [, name = '', value = ''] = /^--([a-z]+)=(\d{1,20}|unlimited)$/.exec(word) ?? [];
    if (name === '')
      return refuse('prlimit', `has an option that is not read: ${word.slice(0, 60)}`, 'Write --nofile=64.');
    const isNone = value === 'unlimited' || BigInt(value) > BigInt(Number.MAX_SAFE_INTEGER);
    return [[name, isNone ? 'unlimited' : Number(value)]];
  });
  return Object.fromEntries(limits);
}

function environmentOf(flags: readonly Flag[], words: readonly string[], unsaid: UnsaidSetting[]): SandboxOptions {
  const isDefault = words.some((word) => word === `${variable}PATH`);
  const env: Record<string, string> = {};
  for (const {
    name,
    values: [key = '', value = ''],
  } of flags) {
    if (name === '--clearenv') for (const one of Object.keys(env)) delete env[one];
    else if (name === '--unsetenv') delete env[key];
    // The private directory has this by itself.
    else if (name === '--setenv' && !(key === 'TMPDIR' && value === '/tmp')) env[key] = value;
  }
  if (isDefault) return {};
  if (!flags.some(({ name }) => name === '--clearenv')) {
    const what = 'is missing: there the program gets all variables of the caller, and here only those that are set';
    unsaid.push({ path: '--clearenv', what });
    return Object.keys(env).length === 0 ? {} : { env };
  }
  return { env };
}

function whereOf(flags: readonly Flag[]): SandboxOptions {
  const folder = flags.findLast(({ name }) => name === '--chdir')?.values[0];
  return folder === undefined ? {} : { cwd: folder };
}
