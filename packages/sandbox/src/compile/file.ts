import { crc32 } from 'node:zlib';

import { refuse } from '../errors.js';

/** The launcher's records for one kind of machine. */
export interface Document {
  /** Lowest and highest Landlock ABI of these records. */
  readonly abi: readonly [lowest: number, highest: number];
  readonly privileged: boolean;
  /** A multiple of eight bytes. */
  readonly records: Uint8Array;
}

/** The numbers of native/launcher/exec/compiled.h. */
const version = 1;
const COMMAND = 1;
const firstLine = 64;
const header = 96;
const entry = 16;
const checksum = 88;
/** `SB_RECORDS_MAX` of native/launcher/records.h. */
const most = 4 << 20;

/** The default path of sb-exec. */
export const usualInterpreter = '/usr/bin/sb-exec';

/**
 * Encodes a compiled sandbox; native/launcher/exec/compiled.h describes the same bytes.
 *
 * @param documents - one for each kind of machine
 * @param how - whether the records name the command, and the path of sb-exec for the first line
 * @throws SandboxError `invalid-policy` for more than 4 MiB, and for a path that does not fit a first line
 */
export function compiledFile(
  documents: readonly Document[],
  { hasCommand, interpreter }: { readonly hasCommand: boolean; readonly interpreter: string },
): Buffer {
  const line = Buffer.from(`#!${interpreter}\n`);
  if (line.length > firstLine || !/^\/[^\s\0]+$/.test(interpreter))
    refuse(
      'interpreter',
      'is not an absolute path of at most 61 bytes without blanks',
      'Install sb-exec in another place.',
    );
  const start = header + documents.length * entry;
  const length = documents.reduce((sum, { records }) => sum + records.length, start);
  if (length > most) refuse('policy', `needs ${length} bytes, but sb-exec reads at most ${most}`, 'Name fewer paths.');
  const file = Buffer.alloc(length);
  line.copy(file);
  file.write('sb-exec\0', firstLine, 'latin1');
  for (const [index, word] of [version, hasCommand ? COMMAND : 0, length, documents.length].entries())
    file.writeUInt32LE(word, 72 + index * 4);
  let at = start;
  for (const [index, { abi, privileged, records }] of documents.entries()) {
    const place = header + index * entry;
    file.writeUInt16LE(abi[0], place);
    file.writeUInt16LE(abi[1], place + 2);
    file.writeUInt32LE(privileged ? 1 : 0, place + 4);
    file.writeUInt32LE(at, place + 8);
    file.writeUInt32LE(records.length, place + 12);
    file.set(records, at);
    at += records.length;
  }
  file.writeUInt32LE(crc32(file.subarray(checksum + 4), crc32(file.subarray(0, checksum))), checksum);
  return file;
}
