import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { resolve } from 'node:path';

import { refusal } from './errors.js';
import { effectiveUser, isRoot } from './own-user.js';
import { ownDescriptor } from './own-descriptor.js';
import { rootDecides } from './trusted-path.js';
import { walk } from './walk.js';

// Without waiting for the other end of a pipe.
const flags = constants.O_RDONLY | constants.O_NONBLOCK;

const writableByGroup = 0o020;
const writableByAll = 0o002;

/** What is written on top of an error of {@link openTrustedFile}. */
const hint = 'Root takes orders from files of root alone; "chown root" and "chmod go-w" it, or choose another file.';

/**
 * Opens a file that root takes orders from: nobody else decides where its path leads ({@link openTrusted}), and nobody
 * else can have written it. What was looked at is what is open: who exchanges the name afterwards changes nothing. An
 * ordinary user opens what the path leads to.
 *
 * @param path - a file, or `/dev/fd/N` and its like for one that the caller has handed over
 * @returns a descriptor to read from
 * @throws SandboxError `untrusted-path`, `untrusted-file`; Error of the system
 */
export function openTrustedFile(path: string): number {
  const given = ownDescriptor(path);
  if (given !== undefined || !isRoot() || process.platform !== 'linux') return openSync(path, constants.O_RDONLY);
  const held = walk(resolve(path), rootDecides);
  try {
    requireRoots(path, fstatSync(held));
    return openSync(`/proc/self/fd/${held}`, flags);
  } finally {
    closeSync(held);
  }
}

/**
 * Reads such a file.
 *
 * @param path - as for {@link openTrustedFile}
 * @param maxBytes - bytes that it may have
 * @throws SandboxError `untrusted-path`; `untrusted-file`, also for one that is larger; Error of the system
 */
export function readTrustedFile(path: string, maxBytes: number): Buffer {
  const descriptor = openTrustedFile(path);
  try {
    return readWhole(descriptor, path, maxBytes);
  } finally {
    closeSync(descriptor);
  }
}

function requireRoots(path: string, { uid, gid, mode }: Stats): void {
  const refuse = (why: string): never => {
    throw refusal('untrusted-file', { path, what: `${path} is not read: it ${why}`, hint });
  };
  if (uid !== 0 && uid !== effectiveUser()) refuse(`belongs to uid ${uid}`);
  if ((mode & writableByAll) !== 0) refuse('is writable for all');
  if ((mode & writableByGroup) !== 0 && gid !== 0) refuse(`is writable for the group ${gid}`);
}

function readWhole(descriptor: number, path: string, maxBytes: number): Buffer {
  const chunks: Buffer[] = [];
  for (let length = 0; ;) {
    const chunk = Buffer.alloc(64 * 1024);
    const count = readSync(descriptor, chunk);
    if (count === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, count));
    length += count;
    if (length > maxBytes) {
      const what = `${path} has more than ${maxBytes} bytes`;
      throw refusal('untrusted-file', { path, what, hint: 'Choose another file.' });
    }
  }
}
