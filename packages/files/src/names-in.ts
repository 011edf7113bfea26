import { type Dirent, opendirSync, readdirSync } from 'node:fs';

/** Bytes are what fills a directory, UTF-8 or not; Node's types know of no such names. */
const namesAtOnce = { encoding: 'buffer' as BufferEncoding, bufferSize: 256 };

const isNode = !('bun' in process.versions) && !('deno' in process.versions);

/** What a name in a directory stands for; a link is not followed. */
export type EntryKind = 'directory' | 'link' | 'file' | 'other';

/** A name, and what the directory says that it stands for; undefined where that was not asked. */
export interface NamedEntry {
  readonly name: Buffer;
  readonly kind: EntryKind | undefined;
}

/**
 * Names in a directory, as they are asked for: there may be millions of them.
 *
 * @param inside - its path, with a slash at its end
 * @throws Error of the system
 */
export function* namesIn(inside: Buffer): Generator<NamedEntry> {
  // Bun and Deno give no bytes there, so all names are read at once.
  if (!isNode) {
    for (const name of readdirSync(inside, { encoding: 'buffer' })) yield { name: Buffer.from(name), kind: undefined };
    return;
  }
  const names = opendirSync(inside, namesAtOnce);
  try {
    for (let entry = names.readSync(); entry !== null; entry = names.readSync())
      yield { name: entry.name as unknown as Buffer, kind: kindOf(entry) };
  } finally {
    names.closeSync();
  }
}

function kindOf(entry: Dirent): EntryKind {
  if (entry.isDirectory()) return 'directory';
  if (entry.isSymbolicLink()) return 'link';
  return entry.isFile() ? 'file' : 'other';
}
