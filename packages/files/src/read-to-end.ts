import { readAll } from '@sb/core';

import { refusal } from './errors.js';

/**
 * Reads the rest of an open file.
 *
 * @param descriptor - stays open
 * @param path - for messages
 * @param maxBytes - the most bytes to read
 * @throws SandboxError `untrusted-file` if there are more; Error of the system
 */
export function readToEnd(descriptor: number, path: string, maxBytes: number): Buffer {
  const bytes = readAll(descriptor, maxBytes);
  if (bytes !== undefined) return bytes;
  throw refusal('untrusted-file', {
    path,
    what: `${path} has more than ${maxBytes} bytes`,
    hint: 'Choose another file.',
  });
}
