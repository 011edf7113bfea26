import type { StdioOptions } from 'node:child_process';

import { type PrivdropPolicy, spawnOptions } from '@sb/privdrop';

import { sandboxError } from '../errors.js';
import { lateChildProcess } from '../system/late.js';
import type { Launched } from './launch.js';
import type { SandboxPolicy } from '../policy/options.js';
import type { Start } from './start.js';
import { saidOn } from './status-channel.js';
import type { LauncherStatus } from './status.js';
import type { StdioEntry } from './stdio.js';

/** The highest descriptor that every sh(1) can name in a redirection. */
const highestDescriptor = 9;

/** Where and as which user a program is started without the launcher. */
export interface PortableStart {
  /** The user to switch to; undefined for none. */
  readonly user: PrivdropPolicy | undefined;
  readonly policy: SandboxPolicy;
  readonly start: Omit<Start, 'path'> & { readonly path: string };
  readonly stdio: readonly StdioEntry[];
}

/**
 * Starts a program as another user on systems without the launcher: macOS, the BSDs. child_process sets both ids and
 * clears the supplementary groups, but does not report whether that worked. So a shell in the child reads the ids back,
 * and executes the target only if they are as planned.
 *
 * @throws SandboxError `unsupported-platform` for more descriptors than a shell can name; those of `spawnOptions`
 * @see setuid(2), id(1)
 */
export function launchPortable({ user, policy, start, stdio }: PortableStart): Launched {
  const status = stdio.length;
  if (status > highestDescriptor) {
    throw sandboxError('unsupported-platform', 'descriptors', {
      what: `cannot pass on ${status} descriptors on this system`,
      hint: `Pass at most ${highestDescriptor}.`,
    });
  }
  const expected = user === undefined ? ['', ''] : [String(user.uid), String(user.gid)];
  const words = ['-c', script(status, policy.umask), 'sandbox', ...expected, start.path, ...start.argv.slice(1)];
  const { spawn } = lateChildProcess();
  const child = spawn('/bin/sh', words, {
    ...(user === undefined ? {} : spawnOptions(user)),
    env: start.env,
    cwd: start.cwd ?? policy.cwd,
    detached: policy.newSession ?? true,
    stdio: [...stdio, 'pipe'] as StdioOptions,
  });
  return { child, status: saidOn(child, status).then(parsePortable) };
}

/** Writes ids and groups to the status descriptor, which is closed for the target. */
function script(status: number, umask: number | undefined): string {
  return [
    'path=$PATH; PATH=/usr/bin:/bin',
    'u=$(id -u) && r=$(id -ru) && g=$(id -g) && s=$(id -rg) && a=$(id -G) || exit 125',
    `echo "$r $u $s $g $a" >&${status} || exit 125`,
    // Each is compared here too: the target does not run before that.
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
 * Parses the output of the shell. Pure.
 *
 * @param said - the ids in one line, then `ready` if the target was to be executed
 */
export function parsePortable(said: string): LauncherStatus {
  const [ids = '', ready] = said.split('\n');
  const [ruid = NaN, uid = NaN, rgid = NaN, gid = NaN, ...groups] = ids.split(' ').map(Number);
  if (ids === '' || [ruid, uid, rgid, gid, ...groups].some((id) => !Number.isInteger(id))) return { kind: 'lost' };
  if (ready !== 'ready') {
    return { kind: 'failed', layer: 'privdrop', step: 'verify', syscall: undefined, errno: 1, rule: undefined };
  }
  const task = {
    // setuid(2) by root sets the saved ids as well, which only the kernel can read.
    uid: [ruid, uid, uid, uid] as const,
    gid: [rgid, gid, gid, gid] as const,
    groups: groups.filter((group) => group !== gid),
    ...unknown,
  };
  return { kind: 'executed', task, filters: undefined, skipped: [], proofs: [], unjoined: undefined };
}

/** Features of Linux, with the values of a process that has none of them. */
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
