// Installs the packed packages into an empty folder, with no registry and no script, and the tests beside them.
// @ts-check
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a user land has what it was given. */
const place = { tarballs: '/sb/tarballs', guest: '/sb/guest', npm: '/sb/npm/bin/npm-cli.js' };

/** Each package and its tarball. @returns {readonly (readonly [name: string, file: string])[]} */
export function packedPackages() {
  return readdirSync(place.tarballs).map((name) => [nameOf(`/${name}`), join(place.tarballs, name)]);
}

/** @param {string} folder that is to have `node_modules` */
export function installPacked(folder) {
  mkdirSync(folder, { recursive: true });
  const packed = packedPackages();
  const env = { PATH: '/usr/bin:/bin', HOME: '/tmp', NO_COLOR: '1' };
  if (process.versions['bun'] === undefined) {
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    const options = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier'];
    execFileSync(nodeProgram(), [place.npm, 'install', ...options, ...packed.map(([, file]) => file)], {
      cwd: folder,
      env,
      stdio: 'inherit',
    });
  } else {
    // Bun looks for what a tarball depends on in the registry, unless it is told otherwise.
    const all = Object.fromEntries(packed.map(([name, file]) => [name, `file:${file}`]));
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: all, overrides: all }));
    execFileSync(process.execPath, ['install', '--ignore-scripts'], { cwd: folder, env, stdio: 'inherit' });
  }
  for (const name of readdirSync(place.guest)) cpSync(join(place.guest, name), join(folder, name), { recursive: true });
}

/** npm is Node's; what another runtime runs is installed by it as well. */
function nodeProgram() {
  return process.versions['deno'] === undefined ? process.execPath : '/sb/node/node';
}

/** `sb-core-0.1.0.tgz` is of @sb/core. @param {string} file */
function nameOf(file) {
  const [, name = ''] = /\/([^/]+)-\d[^/]*$/.exec(file) ?? [];
  return name.replace(/^sb-/, '@sb/');
}
