/* What is kept before it is asked for. */
import { change } from '@sb/test-kit/mutation';

const unit = (file: string, test: string): readonly [string, string] => [`src/${file}`, test];

export const aheadMutants = [
  change(
    'the bytes of all that is kept',
    'one-file/files-ahead',
    ' || this.#bytes + size > this.#limits.maxBytes) return;',
    ') return;',
    unit('one-file/files-ahead', 'stays within its limit of bytes, and continues after a file is taken'),
  ),
  change(
    'the bytes of one that is kept',
    'one-file/kept-file',
    'if (this.#target === undefined && this.#position + chunk.length > this.#maxBytes) {',
    'if (false) {',
    unit('one-file/files-ahead', 'keeps no more bytes of a file than the list states'),
  ),
  change(
    'an end of what waits for pacman',
    'one-file/files-ahead',
    'if (this.#completeBytes >= maxComplete) return;',
    '',
    unit('one-file/files-ahead', 'begins no other file while 8 MiB of complete ones wait'),
  ),
  change(
    'the memory that is kept for the next use',
    'one-file/blocks',
    'const mostFree = 8 << 20;',
    'const mostFree = 2 ** 40;',
    unit('one-file/blocks', 'are kept up to 8 MiB in all'),
  ),
  change(
    'servers that nobody has asked',
    'one-file/files-ahead',
    'const folder = this.#folders.get(next.folder);',
    'const folder = this.#folders.get(next.folder) ?? next.folder;',
    unit('one-file/files-ahead', 'starts expected files after a request for a neighbour, up to the limit, in order'),
  ),
];
