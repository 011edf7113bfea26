/* Memory that is used again: what keeps bytes that come later out of those that are still needed. */
import { change } from '@sb/test-kit/mutation';

const unit = (file: string, test: string): readonly [string, string] => [`src/${file}`, test];

export const lentMutants = [
  change(
    'copies of header fields',
    'http/lent-bytes',
    'this.#loan?.isOpen === true ? bytes : Buffer.from(bytes)',
    'bytes',
    unit('http/lent-bytes', 'do not include header fields, however those arrive'),
  ),
  change(
    'the end of a loan',
    'http/lent-bytes',
    'this.#loan = announced;',
    'this.#loan ??= announced;',
    unit('http/lent-bytes', 'do not include header fields, however those arrive'),
  ),
  change(
    'copies of trailers',
    'http/exchange',
    "fieldOf(fields, 'transfer-encoding') === undefined",
    'true',
    unit('http/lent-answers', 'is right in chunks with trailers, which are never lent'),
  ),
  change(
    'the wait for a reader',
    'http/exchange',
    'this.#isPaused = this.#isHeld && this.#loan?.isOpen === true;',
    '',
    unit('http/lent-answers', 'is right, and lent'),
  ),
  change(
    'copies of small chunks',
    'channel/gathered-bytes',
    'this.#pieces.push(Buffer.from(part));',
    'this.#pieces.push(part);',
    unit('channel/gathered-bytes', 'never exceed a frame, and arrive completely and in order'),
  ),
  change(
    'the wait for the parent',
    'channel/write-together',
    'if (stream.writableLength === 0) return undefined;',
    'return undefined;',
    unit('channel/write-together', 'promises when they are written, if that takes a while'),
  ),
];
