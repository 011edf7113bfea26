import { once } from 'node:events';
import { chownSync, copyFileSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';

import { type Attempt, probePath, temporaryFolder } from '@sb/test-kit';

import { nobody } from './programs.js';

/** Two folders of an ordinary user, full of files to attack. */
export function makeTree() {
  const folder = temporaryFolder();
  const own = (path: string) => chownSync(path, nobody.uid, nobody.gid);
  const names = ['read', 'write', 'empty', 'cut', 'remove', 'rename', 'move', 'link'];
  for (const part of ['', 'a', 'a/hollow', 'b']) {
    if (part !== '') mkdirSync(folder.file(part));
    own(folder.file(part));
  }
  for (const name of names) {
    writeFileSync(folder.file('a', name), 'content', { mode: 0o600 });
    own(folder.file('a', name));
  }
  // A static program: executing it needs nothing else.
  copyFileSync(probePath(), folder.file('a', 'program'));
  own(folder.file('a', 'program'));
  return folder;
}

/** Everything beneath a folder with its type and size: what an attack would have changed. */
export function listing(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const { mode, size, nlink } = lstatSync(join(folder, name));
      return `${name} ${mode.toString(8)} ${mode & 0o040000 ? '' : `${size} ${nlink}`}`;
    });
}

/** Ports and a socket outside the sandbox. */
export interface Outside extends Disposable {
  readonly open: number;
  readonly closed: number;
  readonly free: number;
  readonly abstract: string;
  /** How many connections each server has had. */
  connections(): { readonly open: number; readonly closed: number };
}

/** Starts two servers and an abstract socket. */
export async function makeOutside(): Promise<Outside> {
  const counts = { open: 0, closed: 0 };
  const serve = async (name: keyof typeof counts): Promise<Server> => {
    const server = createServer((socket) => {
      counts[name]++;
      socket.on('error', () => {}); // a probe that resets the connection is not this test's matter
      socket.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };
  const servers = [await serve('open'), await serve('closed')] as const;
  // As long as such a name can be: some releases of Node fill it up with NULs, others don't.
  const abstract = `sb-landlock-${process.pid}-${Math.random().toString(36).slice(2)}-`.padEnd(107, 'x');

  const socket = createServer((connection) => connection.end()).listen(`\0${abstract}`);
  await once(socket, 'listening');
  const portOf = (server: Server) => (server.address() as AddressInfo).port;
  const spare = createServer().listen(0, '127.0.0.1');
  await once(spare, 'listening');
  const free = portOf(spare);
  spare.close();
  return {
    open: portOf(servers[0]),
    closed: portOf(servers[1]),
    free,
    abstract,
    connections: () => ({ ...counts }),
    [Symbol.dispose]: () => {
      for (const server of [...servers, socket]) server.close();
    },
  };
}

/** Stands for the process id of the parent among the arguments of a command. */
const parentPid = 'PARENT';

/**
 * A command that starts a program as the child of a shell, which is of the same user and stays what it was: the parent
 * that signals and ptrace are aimed at. It ends as the program does.
 *
 * @param file - path of the program
 * @param args - its arguments, in which {@link parentPid} stands for the shell's id
 */
export function underParent(file: string, args: readonly string[]): readonly [file: string, args: string[]] {
  const script = `for a; do shift; [ "$a" = ${parentPid} ] && a=$$; set -- "$@" "$a"; done; "$@"; exit $?`;
  return ['/bin/sh', ['-c', script, 'sh', file, ...args]];
}

/** Every operation of the table, in turn; none touches what another one needs. */
export function operations(tree: string, outside: Outside): Readonly<Record<string, Attempt>> {
  const a = (name: string) => join(tree, 'a', name);
  const b = (name: string) => join(tree, 'b', name);
  return {
    'open for reading': ['open-read', a('read')],
    'list a directory': ['list', join(tree, 'a')],
    execute: ['execute', a('program')],
    'open for writing': ['open-write', a('write')],
    'open with O_TRUNC': ['open-truncate', a('empty')],
    truncate: ['truncate', a('cut')],
    create: ['create', a('made')],
    mkdir: ['mkdir', a('made-folder')],
    rmdir: ['rmdir', a('hollow')],
    unlink: ['unlink', a('remove')],
    'rename within': ['rename', a('rename'), a('renamed')],
    'rename across': ['rename', a('move'), b('moved')],
    'link within': ['link', a('link'), a('linked')],
    'link across': ['link', a('link'), b('linked')],
    symlink: ['symlink', a('made-link')],
    mkfifo: ['mkfifo', a('made-fifo')],
    'mknod (device)': ['mknod', a('made-device')],
    'bind a path socket': ['bind-unix', a('made-socket')],
    'ioctl on a device': ['ioctl-device', '/dev/ptmx'],
    'connect, granted port': ['connect-tcp', outside.open],
    'connect, other port': ['connect-tcp', outside.closed],
    'bind, other port': ['bind-tcp', outside.free],
    'MPTCP bind': ['bind-mptcp', outside.free],
    'listen without bind': ['listen-unbound'],
    'MPTCP, other port': ['connect-mptcp', outside.closed],
    'TCP Fast Open, other port': ['fast-open', outside.closed],
    'signal the parent': ['signal', parentPid],
    'abstract socket outside': ['connect-abstract', outside.abstract],
    'ptrace the parent': ['ptrace', parentPid],
    'stat, access, chmod': ['chmod', a('read')],
  };
}
