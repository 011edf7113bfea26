/** The error codes of a download, in one table. The types, README.md and the effects of a code come from it. */

/** The facts about a code. */
interface CodeFacts {
  /** What fails: a source, so that the next one is tried; the file, for all of its sources; or the whole call. */
  readonly of: 'source' | 'file' | 'all';
  /** Whether a worker may report it about a download. Only the parent reports the others. */
  readonly isOfWorker: boolean;
  /**
   * How many errors of the host it counts as. A soft error of pacman is one, and its hard error is as many as the limit
   * (`server_soft_error` and `server_hard_error` of libalpm's dload.c). An error of one file only, of a proxy or of
   * this machine does not count against the host.
   */
  readonly hostErrors: number;
  /** Whether it shows that the host answers. */
  readonly isAnswer?: true;
  /** Its meaning, as in README.md. */
  readonly meaning: string;
}

const ofSource = { of: 'source', isOfWorker: true, hostErrors: 1 } as const;
const ofFile = { of: 'file', isOfWorker: true, hostErrors: 0 } as const;
const ofAll = { of: 'all', isOfWorker: false, hostErrors: 0 } as const;

/** Every code that a {@link FetcherError} can have. */
export const errorCodes = {
  dns: { ...ofSource, hostErrors: Infinity, meaning: 'the name of a host does not resolve' },
  connect: { ...ofSource, meaning: 'connecting to a host fails' },
  proxy: { ...ofSource, hostErrors: 0, meaning: 'the proxy cannot be used, or refuses' },
  tls: { ...ofSource, meaning: 'TLS fails: the certificate, the version, or the host name' },
  redirect: {
    ...ofSource,
    hostErrors: 0,
    meaning: 'a redirect has no valid target, is one too many, or is not permitted',
  },
  source: {
    ...ofSource,
    hostErrors: 0,
    meaning: 'a `file:` source cannot be opened or read, or changes during the download',
  },
  http: { ...ofSource, isAnswer: true, meaning: 'a server does not send the file; `status` has its answer' },
  protocol: { ...ofSource, isAnswer: true, meaning: 'a server does not speak valid HTTP' },
  truncated: { ...ofSource, isAnswer: true, meaning: 'a server ends its answer too early' },
  'too-large': { ...ofSource, hostErrors: 0, meaning: 'the file is larger than permitted' },
  'too-slow': { ...ofSource, meaning: 'the source sends nothing, or less than the limits require' },
  slower: { ...ofSource, hostErrors: 0, meaning: 'other sources are faster; another one sent the rest' },
  'wrong-size': { ...ofSource, hostErrors: 0, meaning: 'the file does not have the required size' },
  checksum: {
    ...ofSource,
    hostErrors: 0,
    meaning: 'the content does not match the checksum or the expected first bytes',
  },
  file: { ...ofFile, meaning: 'the destination cannot be written' },
  'disk-full': { ...ofFile, isOfWorker: false, meaning: 'the disk has not enough space for the file' },
  timeout: { ...ofFile, meaning: 'the file took longer than its limit, all sources together' },
  'invalid-request': { ...ofAll, meaning: 'an option or a request is invalid, or contradicts another' },
  sandbox: { ...ofAll, meaning: 'the worker cannot be confined or started; nothing is downloaded' },
  'worker-lied': { ...ofAll, meaning: 'the worker broke the protocol and was killed' },
  'worker-died': { ...ofAll, meaning: 'the worker ended unexpectedly, twice' },
  cancelled: { ...ofAll, meaning: "the caller's signal was aborted" },
} as const satisfies Readonly<Record<string, CodeFacts>>;

type Codes = typeof errorCodes;

/** Why a file was not downloaded: a key of {@link errorCodes}, which has the meaning of each. */
export type FetcherErrorCode = keyof Codes;

/** Codes that a worker may report. */
type WorkerCode = {
  [Code in FetcherErrorCode]: Codes[Code]['isOfWorker'] extends true ? Code : never;
}[FetcherErrorCode];

/**
 * Why a download failed, according to a worker. It may also have `skipped` a source, because its host had failed too
 * often.
 */
export type FailureKind = WorkerCode | 'skipped';

const facts: Readonly<Record<FetcherErrorCode, CodeFacts>> = errorCodes;

/** Every {@link FailureKind}; the parent checks the shape of a worker's reports, and trusts nothing else in them. */
export const failureKinds: readonly FailureKind[] = [
  ...(Object.keys(errorCodes) as FetcherErrorCode[]).filter((code): code is WorkerCode => facts[code].isOfWorker),
  'skipped',
];

/** Whether it is a failure of the file, so that no other source is tried. */
export function isFinal(kind: FailureKind): boolean {
  return kind !== 'skipped' && facts[kind].of === 'file';
}

/** How many errors of a host a failure counts as; infinite if one is enough. */
export function hostErrorsOf(kind: FailureKind | FetcherErrorCode): number {
  return kind === 'skipped' ? 0 : facts[kind].hostErrors;
}

/** Whether a failure shows that a host answers. */
export function isAnswer(kind: FailureKind): boolean {
  return kind !== 'skipped' && facts[kind].isAnswer === true;
}
