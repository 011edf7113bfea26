import { errnoName } from '@sb/core';

import { capsError } from './errors.js';
import { type CapabilityName, namesOf } from './names.js';
import { native } from './native.js';
import { requireLinux } from './state.js';

/** What a file gives to a process that executes it (`capabilities(7)`, "File capabilities"). */
export interface FileCapabilities {
  /** Revision of the attribute. 3 has a root id. */
  readonly version: 1 | 2 | 3;
  /** Whether what is gained is effective at once. */
  readonly effective: boolean;
  /** Gained, as far as the bounding set allows. */
  readonly permitted: readonly CapabilityName[];
  /** Gained if inheritable in the process. */
  readonly inheritable: readonly CapabilityName[];
  /** Uid, in this user namespace, of the root of the user namespaces in which it counts; revision 3 only. */
  readonly rootId?: number;
}

/** Revisions of `security.capability`, by number of bytes and words: `linux/capability.h`. */
const revisions = [
  { version: 1, length: 12, words: 1, rootId: false },
  { version: 2, length: 20, words: 2, rootId: false },
  { version: 3, length: 24, words: 2, rootId: true },
] as const;

const FLAG_EFFECTIVE = 1;

/**
 * Reads the capabilities that executing a file would give. Links are followed, as execve(2) does. A file without
 * capabilities still gives the rights of another user if it is set-user-ID.
 *
 * @param path - the file; relative ones count from the working directory
 * @returns undefined if the file has no capabilities, or its file system does not have this attribute
 * @throws CapsError `syscall-failed` if the file cannot be reached, `invalid-attribute` for an unknown form
 */
export function fileCapabilities(path: string): FileCapabilities | undefined {
  requireLinux('file-capabilities');
  const bytes = native().fileCapabilities(checkedPath(path));
  if (typeof bytes !== 'number') return bytes.length === 0 ? undefined : decodeFileCapabilities(bytes);
  const errno = errnoName(bytes);
  if (errno === 'ERANGE') throw malformed('it is longer than any known form');
  throw capsError('syscall-failed', 'file-capabilities', {
    what: `getxattr(${JSON.stringify(path)}, "security.capability") failed: ${errno}`,
    hint: 'The file must exist, and you need search permission on its directories.',
    syscall: 'getxattr',
    path,
    errno,
  });
}

/**
 * Decodes the attribute `security.capability`, little-endian on every architecture.
 *
 * @param bytes - its value, 12, 20 or 24 bytes
 * @throws CapsError `invalid-attribute`
 */
export function decodeFileCapabilities(bytes: Uint8Array): FileCapabilities {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4) throw malformed(`it has ${bytes.length} bytes`);
  const magic = view.getUint32(0, true);
  const revision = revisions.find(({ version }) => version === magic >>> 24);
  if (revision === undefined) throw malformed(`its revision is ${magic >>> 24}`);
  const { version, length, words, rootId } = revision;
  if (bytes.length !== length) throw malformed(`revision ${version} has ${length} bytes, and it has ${bytes.length}`);
  let permitted = 0n;
  let inheritable = 0n;
  for (let word = 0; word < words; word++) {
    const shift = BigInt(32 * word);
    permitted |= BigInt(view.getUint32(4 + 8 * word, true)) << shift;
    inheritable |= BigInt(view.getUint32(8 + 8 * word, true)) << shift;
  }
  return {
    version,
    effective: (magic & FLAG_EFFECTIVE) !== 0,
    permitted: namesOf(permitted),
    inheritable: namesOf(inheritable),
    ...(rootId ? { rootId: view.getUint32(4 + 8 * words, true) } : {}),
  };
}

/**
 * Returns the unchanged path. The kernel follows `..`, because after a link it leads elsewhere than the text says. A zero
 * byte would end the path in C, and name another file.
 */
function checkedPath(path: unknown): string {
  const isText = typeof path === 'string';
  if (isText && path !== '' && !path.includes('\0')) return path;
  throw capsError('syscall-failed', 'file-capabilities', {
    what: isText ? `${JSON.stringify(path)} is not a path` : `a value of type ${typeof path} is not a path`,
    hint: 'Give the path of a file, as a text.',
    ...(isText ? { path, errno: 'ENOENT' } : { errno: 'EINVAL' }),
  });
}

function malformed(what: string): Error {
  return capsError('invalid-attribute', 'file-capabilities', {
    what: `security.capability has an unknown form: ${what}`,
    hint: 'Set the capabilities of the file again with setcap(8).',
  });
}
