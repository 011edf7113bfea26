/**
 * The two directions between the parent and the worker: JSON documents, one a line. The announced bytes follow a line
 * of type `data`, so one stream has reports and bytes in one order. The parent treats every byte from the worker as
 * hostile; see `frames.ts` and `../parent/file-reports.ts`.
 */
import type { Beginning } from '../values/confirmation.js';
import type { Limits } from '../values/limits.js';
import type { FailureKind } from '../errors/error-codes.js';
import type { ProxyRules } from '../http/proxies.js';
import type { Ports } from '../values/port.js';

/**
 * Descriptors of the worker. Its program is its standard input, so the worker needs no right to read the program's
 * file. The same applies to the compiled functions of its program (`cache`).
 */
export const workerDescriptors = {
  program: 0,
  orders: 3,
  frames: 4,
  certificates: 5,
  cache: 6,
  firstSource: 7,
} as const;

/** The argument of a worker that has a descriptor of a code cache. */
export const cachedWord = 'cached';

/** The most files of one worker. A larger batch needs several workers, one after the other. */
export const maxFiles = 256;

/** One file of a worker. */
export interface WorkerFile {
  readonly sources: readonly string[];
  /** Indexes of the sources that may lack the file without an error being counted against their hosts. */
  readonly mayLack: readonly number[];
  /** Sources are asked one at a time, each for the whole file: the combined bytes of several were wrong. */
  readonly isAlone: boolean;
  /** Milliseconds that earlier workers took: they count towards its time limit. */
  readonly spent: number;
  /** Descriptors of the opened `file:` sources, by the indexes of the sources. */
  readonly opened: Readonly<Record<number, number>>;
  readonly maxBytes: number;
  readonly size: number | null;
  /** The parent compares the file with a SHA-256, so an incomplete file is not taken for a complete one. */
  readonly isSummed: boolean;
  /** Null: the file is empty, or its content must not be kept. */
  readonly resume: Beginning | null;
  /** The worker may answer `unchanged` if the file has not changed since then; milliseconds since 1970. */
  readonly modifiedSince: number | null;
  readonly signature: WorkerSignature | null;
}

/** The signature of a file, requested when the file is complete. */
export interface WorkerSignature {
  readonly suffix: string;
  readonly maxBytes: number;
  readonly optional: boolean;
  /** As for the file; it applies only if the file itself is unchanged. */
  readonly modifiedSince: number | null;
  /** Descriptors of the signatures beside `file:` sources, by the indexes of these sources. */
  readonly opened: Readonly<Record<number, number>>;
}

/** What earlier workers reported about hosts. */
export interface KnownHosts {
  /** Errors that count against a host: fewer than those for which it is skipped. */
  readonly errors: readonly (readonly [host: string, count: number])[];
  /** Hosts that were slower than others. */
  readonly slow: readonly string[];
  /** The download rate of an earlier worker, in bytes a second. */
  readonly bestRate: number;
}

/** Everything that a worker is told. It is sent after the parent has read back what is in force. */
export interface Work {
  readonly files: readonly WorkerFile[];
  readonly parallel: number;
  readonly limits: Limits;
  /** TCP ports of the hosts that it may ask, through a proxy or not. */
  readonly ports: Ports;
  readonly proxies: ProxyRules;
  readonly hosts: KnownHosts;
  readonly userAgent: string;
  /** Whether the worker has a descriptor of the certificates to trust. */
  readonly hasCertificates: boolean;
}

/**
 * What a worker is told later. A file cannot be written any more, so the worker must abandon it. Or the parent answers
 * a question about a file: null if it could not compare the file.
 */
export type Order = { readonly abandon: number } | { readonly judged: number; readonly isRight: boolean | null };

/** What bytes belong to. */
export type Target = 'file' | 'signature';

/** What the worker reports: each frame is about one file, by its index in the list. */
export type Frame =
  | {
      readonly type: 'started';
      readonly file: number;
      readonly source: number;
      /** Bytes of the whole file, if the server sent the length. */
      readonly total: number | null;
      readonly lastModified: number | null;
      readonly etag: string | null;
      /**
       * Whether its bytes are appended to the existing content; otherwise the content is discarded. A source may append
       * repeatedly.
       */
      readonly isAppended: boolean;
    }
  | {
      /** This many bytes of the file, or of its signature, directly follow the line. */
      readonly type: 'data';
      readonly file: number;
      readonly of: Target;
      readonly length: number;
    }
  | {
      readonly type: 'source-failed';
      readonly file: number;
      readonly source: number;
      readonly kind: FailureKind;
      readonly status: number | null;
      readonly message: string;
    }
  | { readonly type: 'unchanged'; readonly file: number; readonly source: number }
  /** Asks whether the file is the requested one: it is complete, from one source. */
  | { readonly type: 'complete'; readonly file: number }
  /** The signature starts again, from one source. */
  | { readonly type: 'signature-started'; readonly file: number }
  | { readonly type: 'signature'; readonly file: number; readonly size: number; readonly lastModified: number | null }
  | { readonly type: 'signature-unchanged'; readonly file: number }
  | {
      readonly type: 'signature-failed';
      readonly file: number;
      /** The source whose signature was requested last. */
      readonly source: number;
      readonly kind: FailureKind;
      readonly status: number | null;
      readonly message: string;
    }
  | { readonly type: 'done'; readonly file: number; readonly size: number };

/** The largest frame in bytes, including its line feed. */
export const maxFrameBytes = 2048;

/** The most bytes that one line may announce. */
export const maxDataBytes = 256 * 1024;

/** Bytes from which an announcement counts as full. An honest worker sends few smaller ones. */
export const fullDataBytes = 16 * 1024;

/** Longest text in a frame, in UTF-16 code units. */
export const maxTextLength = 512;
