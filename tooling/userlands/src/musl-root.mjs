// A root of musl: Debian's C library, its busybox, and a C++ runtime for what npm has that is built for musl.
// @ts-check
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { openSuite, unpack } from '../../kernel-matrix/src/apt.mjs';
import { MatrixError, output } from '../../kernel-matrix/src/shell.mjs';
import { cache, ordinary } from './cache.mjs';
import { root } from './record.mjs';
import { runtimeNamed } from './runtimes.mjs';

const folders = [
  'bin',
  'dev',
  'etc',
  'lib',
  'proc',
  'root',
  'run',
  'sbin',
  'sys',
  'tmp',
  'usr/bin',
  'usr/lib',
  'var/tmp',
];
const users = [
  'root:x:0:0::/root:/bin/sh',
  'www-data:x:33:33::/tmp:/bin/false',
  'nobody:x:65534:65534::/tmp:/bin/false',
];
const groups = ['root:x:0:', 'www-data:x:33:', 'nogroup:x:65534:'];

/** Names of the C++ runtime that a program may want of a library. */
const runtimeName = /\b(?:_ZN?K?St\S*|__cxa_(?:bad|dem|guard|pure)\w*|__once_proxy)/g;

/**
 * @param {string} folder that is to be the root
 * @throws {MatrixError} with what apt or the compiler said
 */
export function makeMuslRoot(folder) {
  for (const part of folders) mkdirSync(join(folder, part), { recursive: true });
  const unpacked = `${folder}.packages`;
  rmSync(unpacked, { recursive: true, force: true });
  const apt = openSuite(join(cache, 'apt'), { suite: 'trixie', architecture: 'amd64' });
  for (const name of ['musl', 'busybox-static']) unpack(apt, name, unpacked);
  copyFileSync(join(unpacked, 'usr/lib/x86_64-linux-musl/libc.so'), join(folder, 'lib/ld-musl-x86_64.so.1'));
  copyFileSync(join(unpacked, 'usr/bin/busybox'), join(folder, 'bin/busybox'));
  rmSync(unpacked, { recursive: true });
  // One file is loader and C library; each distribution and each compiler asks for it by another name.
  for (const name of ['libc.musl-x86_64.so.1', 'libc.so'])
    symlinkSync('ld-musl-x86_64.so.1', join(folder, 'lib', name));
  for (const name of output('/bin/busybox', ['--list']).split('\n')) {
    const file = join(folder, 'bin', name);
    if (name !== '' && !existsSync(file)) symlinkSync('busybox', file);
  }
  const { name, id } = ordinary;
  writeFileSync(join(folder, 'etc/passwd'), `${[...users, `${name}:x:${id}:${id}::/tmp:/bin/sh`].join('\n')}\n`);
  writeFileSync(join(folder, 'etc/group'), `${[...groups, `${name}:x:${id}:`].join('\n')}\n`);
  linkRuntime(join(folder, 'lib/libstdc++.so.6'));
}

/**
 * Debian has no C++ library for musl. What Bun wants of one is taken from the static one of Debian's compiler, which
 * needs little of its C library; `musl/native/runtime.c` has that.
 *
 * @param {string} file the library
 */
function linkRuntime(file) {
  const { folder, program } = runtimeNamed('bun-musl');
  const archive = output('gcc', ['-print-file-name=libstdc++.a']).trim();
  if (!existsSync(archive))
    throw new MatrixError('libstdc++.a is not installed. On Debian, run as root: apt-get install g++');
  const symbols = output('nm', ['--dynamic', '--undefined-only', join(folder, program)]);
  const wanted = [...new Set(symbols.match(runtimeName))].flatMap((name) => ['-u', name]);
  const others = ['libgcc_eh.a', 'libgcc.a'].map((name) => join(dirname(archive), name));
  const source = join(root, 'tooling/userlands/musl/native/runtime.c');
  const linker = wanted.map((word) => `-Wl,${word}`);
  const args = [
    '-Os',
    '-fPIC',
    '-shared',
    '-Wl,-soname,libstdc++.so.6',
    '-o',
    file,
    source,
    ...linker,
    archive,
    ...others,
  ];
  const { status, stderr, error } = spawnSync('musl-gcc', args, { encoding: 'utf8' });
  if (status !== 0) throw new MatrixError(`musl-gcc made no C++ runtime: ${error?.message ?? stderr}`);
}
