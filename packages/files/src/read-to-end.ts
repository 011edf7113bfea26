import { readAll } from '@sb/core';

import { refusal } from './errors.js';

/**
 * Reads what is left of an open file.
 *
 * @param descriptor - stays open
 * @param path - for messages
 * @param maxBytes - bytes that may come
 * @throws SandboxError `untrusted-file` where more come; Error of the system
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
