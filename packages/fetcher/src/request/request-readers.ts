/** Tables of what a request may contain. */
import { isAbsolute } from 'node:path';

import {
  boolean,
  checked,
  either,
  instance,
  kind,
  lenient,
  list,
  object,
  type Options,
  type Reader,
  required,
  text,
  word,
} from '@sb/core/document';

import { maxFileTime } from '../values/file-time.js';
import { bytesReader, modeReader, sourceReader, unshown } from '../values/readers.js';
import { maxRequests, maxSources } from '../values/limits.js';
import { magicReader } from '../values/magic.js';
import type { DownloadRequest, SignatureRequest, Source } from './options.js';
import { partSuffix } from '../values/part-name.js';

const anyText = text();

const pathReader = kind({
  expected: 'an absolute path of a file',
  schema: anyText.schema,
  is: (value): value is string =>
    anyText.accepts(value) && isAbsolute(String(value)) && !/\/\.{0,2}$/.test(String(value)),
});

const source: Reader<string | URL | Source> = either<string | URL | Source>(
  sourceReader,
  object<Source>({
    url: required(sourceReader),
    // Then it counts as any other source, whose errors count against its host.
    cache: lenient(boolean),
  } satisfies Options<Source>),
);

const no: Reader<false> = kind({ expected: 'false', schema: { const: false }, is: (value) => value === false });

const date = checked(instance<Date>(Date, 'a Date'), (value, place) => {
  const time = value.getTime();
  const isGood = time >= 0 && time <= maxFileTime;
  return isGood ? new Date(time) : place.refuse('is not a date from 1970 to 2106', 'Correct the date.');
});

const suffix = checked(text({ max: 32, pattern: /^\.[\w.-]{1,31}$/, what: 'a suffix such as .sig' }), (value, place) =>
  value === partSuffix
    ? place.refuse(`is ${partSuffix}, the suffix of incomplete files`, 'Choose another suffix.')
    : value,
);

const signature: Reader<SignatureRequest> = object<SignatureRequest>({
  suffix,
  maxBytes: bytesReader,
  magic: magicReader,
  // Without it, the signature is required.
  optional: lenient(boolean),
} satisfies Options<SignatureRequest>);

const request: Reader<DownloadRequest> = object<DownloadRequest>({
  sources: required(unshown(list(source, { min: 1, max: maxSources, what: 'a list of sources' }))),
  to: required(pathReader),
  resume: boolean,
  // Then it is always downloaded.
  ifModifiedSince: lenient(either<'local' | Date | false>(word(['local']), no, date)),
  size: bytesReader,
  maxBytes: bytesReader,
  sha256: text({ max: 64, pattern: /^[0-9a-f]{64}$/i, what: 'a SHA-256 of 64 hexadecimal digits' }),
  magic: magicReader,
  // Without it, the file is required.
  optional: lenient(boolean),
  signature,
  mode: modeReader,
  // It does not affect what is permitted.
  mtime: lenient(word(['last-modified', 'now'])),
} satisfies Options<DownloadRequest>);

/** The requests of a batch. An omitted option weakens the checks, so an explicitly undefined value is an error. */
export const requestsReader = unshown(list(request, { max: maxRequests, what: 'a list of requests' }));

/** The servers of a later download. */
export const preparedReader: Reader<readonly (string | URL)[]> = unshown(
  list(sourceReader, { max: maxRequests, what: 'a list of sources' }),
);
