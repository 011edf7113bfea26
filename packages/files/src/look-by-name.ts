import { lstatSync, readlinkSync } from 'node:fs';

import type { ByteText } from './byte-text.js';
import type { Found } from './found.js';

/**
 * What lies at a path, where a system has no O_PATH: nobody is restricted there.
 *
 * @throws Error of the system
 */
export function lookByName(path: ByteText): Found | undefined {
  const place = Buffer.from(path, 'latin1');
  const status = lstatSync(place, { bigint: true, throwIfNoEntry: false });
  if (status === undefined) return undefined;
  if (status.isDirectory()) return { kind: 'directory' };
  if (status.isSymbolicLink())
    return { kind: 'link', target: Buffer.from(readlinkSync(place, { encoding: 'buffer' })).toString('latin1') };
  return { kind: status.isFile() ? 'file' : 'other', id: `${status.dev}:${status.ino}`, links: status.nlink };
}
