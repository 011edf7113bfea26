import { FetchError } from '../errors.js';
import { CacheFolders } from './cache-folders.js';

/** A package that a transaction needs, as the databases describe it. */
export interface Wanted {
  /** Name of its repository. */
  readonly repository: string;
  readonly name: string;
  /** Name of its file. */
  readonly file: string;
  /** Bytes; undefined if pacman does not report them. */
  readonly size: number | undefined;
  /** SHA-256 in hexadecimal digits; undefined if the database has none. */
  readonly sha256: string | undefined;
}

/** The beginning of each line that is meant for pacman-fetch: pacman may print others. */
const mark = '@pacman-fetch@';

/** The argument of `--print-format` (pacman(8)): repository, name, remaining bytes, SHA-256, name of the file. */
export const printFormat = [mark, '%r', '%n', '%s', '%h', '%f'].join('\t');

/** The same without the SHA-256: pacman 7 crashes if it has to print a sum that the database lacks. */
export const printFormatWithoutSum = printFormat.replace('%h', '');

/**
 * Reads the output of `pacman --print`.
 *
 * @param output - its standard output
 * @param caches - where pacman looks for packages, in its order
 * @throws FetchError `download` for an invalid file name: the author of the database is not trusted
 */
export function parseWanted(output: string, caches: readonly string[]): readonly Wanted[] {
  const folders = new CacheFolders(caches);
  const lines = output.split('\n').map((line) => line.split('\t'));
  return lines.flatMap(([first, repository = '', name = '', remaining = '', sha256 = '', file = '']) => {
    if (first !== mark) return [];
    requireFileName(file, repository);
    return {
      repository,
      name,
      file,
      size: sizeOf(Number(remaining), file, folders),
      sha256: /^[0-9a-f]{64}$/i.test(sha256) ? sha256.toLowerCase() : undefined,
    };
  });
}

/** As in libalpm, which refuses the same names. */
function requireFileName(file: string, repository: string): void {
  const isGood = /^[^./\p{Cc}][^/\p{Cc}]{0,254}$/u.test(file);
  if (isGood) return;
  const what = `the database of ${repository} has an invalid name of a package file: ${JSON.stringify(file)}`;
  throw new FetchError('download', what, 'Nothing was downloaded. Refresh the database from another server.');
}

/** pacman reports the remaining bytes: 0 if a file exists, and less than its size if a part of it exists. */
function sizeOf(remaining: number, file: string, folders: CacheFolders): number | undefined {
  if (!Number.isSafeInteger(remaining) || remaining <= 0) return undefined;
  for (const folder of folders.paths) {
    const size = folders.sizeIn(folder, `${file}.part`);
    if (size !== undefined) return remaining + size;
  }
  return remaining;
}
