/** The error codes of a download, in one table: types, README.md and what follows from a code are made of it. */

/** What is known of a code. */
interface CodeFacts {
  /** What fails: a source, so that the next one is tried; the file, whatever source it has; or all that was asked for. */
  readonly of: 'source' | 'file' | 'all';
  /** Whether a worker may say it of what it downloads; the parent alone says the others. */
  readonly isOfWorker: boolean;
  /**
   * Errors that it counts as against the host: pacman's soft errors are one, its hard one is as many as it takes
   * (`server_soft_error` and `server_hard_error` of libalpm's dload.c). What is wrong with one file only, or with a proxy
   * or this machine, counts against nobody.
   */
  readonly hostErrors: number;
  /** Whether the host is there, and answers. */
  readonly isAnswer?: true;
  /** What it means, as README.md says it. */
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
    isOfWorker: false,
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

/** Why a file was not downloaded: a key of {@link errorCodes}, which says what each means. */
export type FetcherErrorCode = keyof Codes;

/** Codes that a worker may say. */
type WorkerCode = {
  [Code in FetcherErrorCode]: Codes[Code]['isOfWorker'] extends true ? Code : never;
}[FetcherErrorCode];

/** Why a worker says that a download failed. It may also have `skipped` a source, whose host had failed too often. */
export type FailureKind = WorkerCode | 'skipped';

const facts: Readonly<Record<FetcherErrorCode, CodeFacts>> = errorCodes;

/** Every {@link FailureKind}; the parent trusts nothing of a worker's but the shape. */
export const failureKinds: readonly FailureKind[] = [
  ...(Object.keys(errorCodes) as FetcherErrorCode[]).filter((code): code is WorkerCode => facts[code].isOfWorker),
  'skipped',
];

/** Whether it is a failure of the file, so that no other source is tried. */
export function isFinal(kind: FailureKind): boolean {
  return kind !== 'skipped' && facts[kind].of === 'file';
}

/** How many errors of a host a failure is; infinitely many where one is enough. */
export function hostErrorsOf(kind: FailureKind | FetcherErrorCode): number {
  return kind === 'skipped' ? 0 : facts[kind].hostErrors;
}

/** Whether a failure means that a host is there, and answers. */
export function isAnswer(kind: FailureKind): boolean {
  return kind !== 'skipped' && facts[kind].isAnswer === true;
}
