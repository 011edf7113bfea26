// A root of Debian for arm64, made on another processor: packages are unpacked, and none of their scripts can run here.
// @ts-check
import { appendFileSync, chmodSync, copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { debianMirror, keyring } from '../../kernel-matrix/src/apt.mjs';
import { output } from '../../kernel-matrix/src/shell.mjs';
import { ordinary } from './cache.mjs';
import { neededPackages } from './debian-root.mjs';

/** What the machine's first process needs, and what the tests start: there is no "essential" where nothing is installed. */
const packages = [
  'base-files',
  'base-passwd',
  'busybox-static',
  'coreutils',
  'dash',
  'grep',
  'iproute2',
  'mount',
  'sed',
];

/** How long a root may take, in minutes. */
const minutes = 10;

/**
 * @param {string} folder that is to be the root
 * @param {string} suite Debian's name of the release
 * @throws {import('../../kernel-matrix/src/shell.mjs').MatrixError} with what mmdebstrap said
 */
export function makeArm64Root(folder, suite) {
  const include = [...packages, 'libc6', 'libstdc++6', 'util-linux', ...neededPackages].join(',');
  const options = ['--quiet', '--variant=extract', '--architectures=arm64', `--include=${include}`];
  const source = `deb ${debianMirror()} ${suite} main`;
  output('mmdebstrap', [...options, `--keyring=${keyring}`, suite, folder, source], { minutes });
  chmodSync(folder, 0o755);
  // What the script of base-passwd does.
  for (const name of ['passwd', 'group'])
    copyFileSync(join(folder, 'usr/share/base-passwd', `${name}.master`), join(folder, 'etc', name));
  const { name, id } = ordinary;
  appendFileSync(join(folder, 'etc/passwd'), `${name}:x:${id}:${id}::/tmp:/bin/sh\n`);
  appendFileSync(join(folder, 'etc/group'), `${name}:x:${id}:\n`);
  mkdirSync(join(folder, 'sb'));
}
