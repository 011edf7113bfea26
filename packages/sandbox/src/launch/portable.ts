import { spawn, type StdioOptions } from 'node:child_process';

import { type PrivdropPolicy, spawnOptions } from '@sb/privdrop';

import { sandboxError } from '../errors.js';
import type { Launched } from './launch.js';
import type { SandboxPolicy } from '../policy/options.js';
import type { Start } from './start.js';
import { saidOn } from './status-channel.js';
import type { LauncherStatus } from './status.js';
import type { StdioEntry } from './stdio.js';

/** The highest descriptor that every sh(1) can name in a redirection. */
const highestDescriptor = 9;

/** Where and as whom a program is started without the launcher. */
export interface PortableStart {
  /** Whom to become; undefined to stay. */
  readonly user: PrivdropPolicy | undefined;
  readonly policy: SandboxPolicy;
  readonly start: Omit<Start, 'path'> & { readonly path: string };
  readonly stdio: readonly StdioEntry[];
}

/**
 * Starts a program as another user on systems without the launcher: macOS, the BSDs. child_process sets both ids and
 * clears the supplementary groups, and doesn't say whether that worked; so a shell reads the ids back, in the child, and
 * becomes the target only if they are those asked for.
 *
 * @throws SandboxError `unsupported-platform` for more descriptors than a shell can name; those of `spawnOptions`
 * @see setuid(2), id(1)
 */
export function launchPortable({ user, policy, start, stdio }: PortableStart): Launched {
  const status = stdio.length;
  if (status > highestDescriptor) {
    throw sandboxError('unsupported-platform', 'descriptors', {
      what: `${status} descriptors are more than can be passed on here`,
      hint: `Pass at most ${highestDescriptor}.`,
    });
  }
  const expected = user === undefined ? ['', ''] : [String(user.uid), String(user.gid)];
  const words = ['-c', script(status, policy.umask), 'sandbox', ...expected, start.path, ...start.argv.slice(1)];
  const child = spawn('/bin/sh', words, {
    ...(user === undefined ? {} : spawnOptions(user)),
    env: start.env,
    cwd: start.cwd ?? policy.cwd,
    detached: policy.newSession ?? true,
    stdio: [...stdio, 'pipe'] as StdioOptions,
  });
  return { child, status: saidOn(child, status).then(parsePortable) };
}

/** Says ids and groups on the status descriptor, which is closed for the target. */
function script(status: number, umask: number | undefined): string {
  return [
    'path=$PATH; PATH=/usr/bin:/bin',
    'u=$(id -u) && r=$(id -ru) && g=$(id -g) && s=$(id -rg) && a=$(id -G) || exit 125',
    `echo "$r $u $s $g $a" >&${status} || exit 125`,
    // Each is compared here too: nothing of the target runs before it.
    'if [ -n "$1" ]; then',
    '  [ "$r $u $s $g $a" = "$1 $1 $2 $2 $2" ] || exit 125',
    'fi',
    'shift 2',
    ...(umask === undefined ? [] : [`umask ${umask.toString(8).padStart(4, '0')} || exit 125`]),
    'PATH=$path',
    `echo ready >&${status} || exit 125`,
    `exec "$@" ${status}>&-`,
  ].join('\n');
}

/**
 * Reads what the shell said. Pure.
 *
 * @param said - the ids in one line, then `ready` where the target was to be executed
 */
export function parsePortable(said: string): LauncherStatus {
  const [ids = '', ready] = said.split('\n');
  const [ruid = NaN, uid = NaN, rgid = NaN, gid = NaN, ...groups] = ids.split(' ').map(Number);
  if (ids === '' || [ruid, uid, rgid, gid, ...groups].some((id) => !Number.isInteger(id))) return { kind: 'lost' };
  if (ready !== 'ready') {
    return { kind: 'failed', layer: 'privdrop', step: 'verify', syscall: undefined, errno: 1, rule: undefined };
  }
  const task = {
    // setuid(2) of a process that is root sets the saved ids as well, and nobody but the kernel could read those.
    uid: [ruid, uid, uid, uid] as const,
    gid: [rgid, gid, gid, gid] as const,
    groups: groups.filter((group) => group !== gid),
    ...unknown,
  };
  return { kind: 'executed', task, filters: undefined, skipped: [], proofs: [], unjoined: undefined };
}

/** What only Linux has, as for a process that has none of it. */
const unknown = {
  tid: 0,
  capInh: 0n,
  capPrm: 0n,
  capEff: 0n,
  capBnd: 0n,
  capAmb: 0n,
  noNewPrivs: false,
  seccomp: 0,
  seccompFilters: 0,
};
