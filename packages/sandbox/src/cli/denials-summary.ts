import { asciiJson, lateOs } from '@sb/core';

import type { Denial, Denials } from '../denials/denial.js';
import { shellWord } from '../export/shell-word.js';
import { type DenialGroup, grouped } from './denial-groups.js';
import { verbOf } from './denial-verb.js';

/** The most lines of the summary. */
const mostLines = 20;

/** Temporary directories of all users. */
const shared: ReadonlySet<string> = new Set(['/tmp', '/var/tmp']);

/** What ran, as far as the advice depends on it. */
export interface SummarySubject {
  /** Whether the sandbox has a private temporary directory already. */
  readonly hasTmp: boolean;
  /** The exit status of the command; undefined if it was not run. */
  readonly status: number | undefined;
}

/** The summary, in lines. */
export function summary({ all, lost, state }: Denials, { hasTmp, status }: SummarySubject): readonly string[] {
  const groups = grouped(all, verbOf);
  const shown = groups.slice(0, mostLines).map((group) => lineOf(group, hasTmp));
  const more = groups.length - shown.length;
  const isQuiet = all.length + lost === 0 && state === 'complete';
  return [
    ...shown,
    ...(more > 0 ? [`denied: ${more} more, which --denials=FILE lists`] : []),
    ...(lost > 0 ? [`denied: ${lost} calls were not listed, since there were too many different ones`] : []),
    ...(isQuiet && status !== undefined && status !== 0 ? [nothing] : []),
    ...(state === 'interrupted'
      ? ['the supervisor ended before the command: since then calls that name files failed with ENOSYS']
      : []),
  ];
}

const nothing = 'no denial was seen. The command probably failed for a reason other than the sandbox';

function lineOf(group: DenialGroup, hasTmp: boolean): string {
  const { first, count, names } = group;
  const times = count === 1 ? '' : ` (${count} times)`;
  const what = `${verbOf(first)} ${group.folder === undefined ? namesOf(first) : `${names} names in ${shellWord(group.folder)}`}`;
  return `denied: ${what}${times}${adviceFor(group, hasTmp)}`;
}

/** The program chose the names: quoted, none of them can look like advice. */
function namesOf({ layer, call, path = '', to, port, target, rule }: Denial): string {
  if (layer === 'seccomp') return rule === undefined ? call : `${call}, since ${rule}`;
  if (port !== undefined) return `TCP port ${port}`;
  if (typeof target === 'string') return `to socket ${shellWord(target)}`;
  if (target !== undefined && path !== '') return `${shellWord(path)} of process ${target}`;
  if (target !== undefined) return target < 0 ? `process group ${-target}` : `process ${target}`;
  return [path, ...(to === undefined ? [] : [to])].map(shellWord).join(' ');
}

function adviceFor({ first, options, folder }: DenialGroup, hasTmp: boolean): string {
  const { add, port, layer } = first;
  if (add === undefined) return port === undefined ? '' : `; --why '${verbOf(first)} ${port}' says what allows it`;
  const [option = '', of = ''] = options ?? [];
  if (option === '') return `; allow with this rule in landlock.paths of a policy: ${asciiJson(add.path)}`;
  // A word of a list needs no quotes.
  const rule = `${option} ${layer === 'landlock' ? atHome(of) : of}`;
  // Everybody's directory: a private one is enough for a program that asks the environment.
  if (!hasTmp && option === '--rw' && shared.has(folder ?? of))
    return `; allow with --tmp, or with ${rule} if the command ignores TMPDIR`;
  return `; allow with ${rule}`;
}

/** A path as a word of the shell, with `~` for the home directory of the caller. */
function atHome(path: string): string {
  const home = lateOs().homedir();
  const rest = path.startsWith(`${home}/`) ? path.slice(home.length) : '';
  return rest !== '' && shellWord(rest) === rest ? `~${rest}` : shellWord(path);
}
