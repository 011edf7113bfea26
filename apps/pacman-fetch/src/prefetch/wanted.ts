import { join } from 'node:path';

import { look } from '@sb/files';

import { FetchError } from '../errors.js';

/** A package that a transaction needs, in the words of the databases. */
export interface Wanted {
  /** Name of its repository. */
  readonly repository: string;
  readonly name: string;
  /** Name of its file. */
  readonly file: string;
  /** Bytes; undefined where pacman doesn't say it. */
  readonly size: number | undefined;
  /** SHA-256 in hexadecimal digits; undefined where the database has none. */
  readonly sha256: string | undefined;
}

/** Begins each line that is meant for us: pacman may print others. */
const mark = '@pacman-fetch@';

/** What `--print-format` is given (pacman(8)): repository, name, bytes still to come, SHA-256, name of the file. */
export const printFormat = [mark, '%r', '%n', '%s', '%h', '%f'].join('\t');

/** The same without the SHA-256: pacman 7 crashes where it is to print one that a database doesn't have. */
export const printFormatWithoutSum = printFormat.replace('%h', '');

/**
 * Reads what `pacman --print` says.
 *
 * @param output - its standard output
 * @param caches - where pacman looks for packages, in its order
 * @throws FetchError `download` for the name of a file that is none: whoever made the database is not to be trusted
 */
export function parseWanted(output: string, caches: readonly string[]): readonly Wanted[] {
  const lines = output.split('\n').map((line) => line.split('\t'));
  return lines.flatMap(([first, repository = '', name = '', remaining = '', sha256 = '', file = '']) => {
    if (first !== mark) return [];
    requireFileName(file, repository);
    return {
      repository,
      name,
      file,
      size: sizeOf(Number(remaining), file, caches),
      sha256: /^[0-9a-f]{64}$/i.test(sha256) ? sha256.toLowerCase() : undefined,
    };
  });
}

/** As libalpm has it, which doesn't take others either. */
function requireFileName(file: string, repository: string): void {
  const isGood = /^[^./\p{Cc}][^/\p{Cc}]{0,254}$/u.test(file);
  if (isGood) return;
  const what = `the database of ${repository} names a package file ${JSON.stringify(file)}`;
  throw new FetchError('download', what, 'Nothing was downloaded. Refresh it, from another server.');
}

/** pacman says what is still to come: nothing where a file is there, and less where a part of it is. */
function sizeOf(remaining: number, file: string, caches: readonly string[]): number | undefined {
  if (!Number.isSafeInteger(remaining) || remaining <= 0) return undefined;
  for (const folder of caches) {
    const size = sizeIn(join(folder, `${file}.part`));
    if (size !== undefined) return remaining + size;
  }
  return remaining;
}

/** Bytes of a file; undefined for what is none, or can't be looked at. */
function sizeIn(path: string): number | undefined {
  try {
    const found = look(path);
    return found?.isFile() === true ? found.size : undefined;
  } catch {
    return undefined;
  }
}
