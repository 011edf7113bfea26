import { dirname, join } from 'node:path';

import { look } from '@sb/files';
import type { Query } from '@sb/landlock';

import type { ReadQuestion } from './question.js';

/** A system call with the arguments that decide. */
export type AttemptedCall = readonly [name: string, ...args: (number | bigint)[]];

/** An attempt, as the kernel sees it. */
export interface Attempted {
  /** As people write it: `write /etc/hosts`. */
  readonly text: string;
  /** The calls for the filter; calls that this machine does not have are left out. */
  readonly calls: readonly AttemptedCall[];
  /** The queries to Landlock, in this order. */
  readonly queries: readonly Query[];
  /** Whether it is that one call, which this machine must have. */
  readonly isOneCall?: true;
  /** The port that it binds. */
  readonly binds?: number;
}

/** O_WRONLY, O_WRONLY | O_CREAT, AF_UNIX and AF_INET, SOCK_STREAM, as every Linux has them. */
const [writeOnly, writeNew, unix, internet, stream] = [1, 0o101, 1, 2, 1];
const currentFolder = 0xffff_ff9c;
const removeFolder = 0x200;

/** Each by every call that does it: a program may be denied one of them, and its C library chooses the call. */
const opens = (flags: number): readonly AttemptedCall[] => [
  ['openat', currentFolder, 0, flags, 0o666],
  ['open', 0, flags, 0o666],
];

/** Files: what a path leads to now decides which right is needed. */
const ofPath: Readonly<Record<string, (path: string) => Pick<Attempted, 'calls' | 'queries'>>> = {
  read: (path) => ({ calls: opens(0), queries: [{ path, right: isFolder(path) ? 'read_dir' : 'read_file' }] }),
  write: (path) => (isFolder(path) ? makes(join(path, 'new-file')) : writes(path)),
  execute: (path) => ({ calls: [['execve']], queries: [{ path, right: 'execute' }] }),
  make: (path) =>
    path.endsWith('/')
      ? {
          calls: [
            ['mkdirat', currentFolder, 0, 0o777],
            ['mkdir', 0, 0o777],
          ],
          queries: [{ path, right: 'make_dir' }],
        }
      : makes(path),
  remove: (path) => ({
    calls: [['unlinkat', currentFolder, 0, isFolder(path) ? removeFolder : 0], [isFolder(path) ? 'rmdir' : 'unlink']],
    queries: [{ path, right: isFolder(path) ? 'remove_dir' : 'remove_file' }],
  }),
};

/**
 * Converts a question to an attempt. Examines the paths as they are now.
 *
 * @param question - read, with absolute paths
 */
export function attempted(question: ReadQuestion): Attempted {
  const { to = '', call, args = [], connect, bind } = question;
  for (const [verb, of] of Object.entries(ofPath)) {
    const path = question[verb as 'read'];
    if (path !== undefined) return { text: `${verb} ${path}`, ...of(path) };
  }
  if (question.rename !== undefined) return moves('rename', question.rename, to);
  if (question.link !== undefined) return moves('link', question.link, to);
  if (typeof connect === 'string') {
    const calls = [['socket', unix, stream], ['connect']] as const;
    return { text: `connect ${connect}`, calls, queries: [{ scope: 'abstract_unix_socket' }] };
  }
  const socket: AttemptedCall = ['socket', internet, stream];
  if (connect !== undefined) {
    return { text: `connect ${connect}`, calls: [socket, ['connect']], queries: [{ connectTcp: connect }] };
  }
  if (bind !== undefined) {
    return { text: `bind ${bind}`, calls: [socket, ['bind'], ['listen']], queries: [{ bindTcp: bind }], binds: bind };
  }
  return { text: `call ${[call, ...args].join(' ')}`, calls: [[call ?? '', ...args]], queries: [], isOneCall: true };
}

function moves(verb: 'rename' | 'link', from: string, to: string): Attempted {
  const calls: readonly AttemptedCall[] =
    verb === 'rename'
      ? [['renameat2', currentFolder, 0, currentFolder], ['renameat', currentFolder, 0, currentFolder], ['rename']]
      : [['linkat', currentFolder, 0, currentFolder], ['link']];
  const query = verb === 'rename' ? { rename: from, to } : { link: from, to };
  return { text: `${verb} ${from} ${to}`, calls, queries: [query] };
}

function makes(path: string): Pick<Attempted, 'calls' | 'queries'> {
  return {
    calls: opens(writeNew),
    queries: [
      { path, right: 'make_reg' },
      // It does not exist, so its directory is queried.
      { path: dirname(path), right: 'write_file' },
    ],
  };
}

/** Writing creates a file that does not exist. */
function writes(path: string): Pick<Attempted, 'calls' | 'queries'> {
  return look(path) !== undefined ? { calls: opens(writeOnly), queries: [{ path, right: 'write_file' }] } : makes(path);
}

function isFolder(path: string): boolean {
  return look(path)?.isDirectory() === true;
}
