// A root of a Debian release, of as few packages as its container images have. mmdebstrap leaves it to apt, which checks
// the signatures.
// @ts-check
import { appendFileSync, chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { debianMirror, keyring } from '../../kernel-matrix/src/apt.mjs';
import { output } from '../../kernel-matrix/src/shell.mjs';
import { ordinary } from './cache.mjs';

/** What an example of a README starts, and what Node's own builds want from release 26 on, as its container images have it. */
export const neededPackages = ['ca-certificates', 'curl', 'libatomic1'];

/** How long a root may take, in minutes: half a one where the mirror is near. */
const minutes = 10;

/**
 * @param {string} folder that is to be the root
 * @param {{ suite: string, isStale?: boolean | undefined }} release
 * @throws {import('../../kernel-matrix/src/shell.mjs').MatrixError} with what mmdebstrap said
 */
export function makeDebianRoot(folder, { suite, isStale = false }) {
  mkdirSync(folder, { recursive: true });
  const stale = isStale ? ['--aptopt=Acquire::Check-Valid-Until "false"'] : [];
  const source = `deb ${debianMirror()} ${suite} main`;
  const options = [
    '--quiet',
    '--variant=minbase',
    `--include=${neededPackages.join(',')}`,
    `--keyring=${keyring}`,
    ...stale,
  ];
  output('mmdebstrap', [...options, suite, folder, source], { minutes });
  chmodSync(folder, 0o755);
  const { name, id } = ordinary;
  appendFileSync(join(folder, 'etc/passwd'), `${name}:x:${id}:${id}::/tmp:/bin/sh\n`);
  appendFileSync(join(folder, 'etc/group'), `${name}:x:${id}:\n`);
}
