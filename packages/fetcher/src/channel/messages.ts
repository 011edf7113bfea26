/**
 * The two directions between the parent and the worker: JSON documents, one a line. Behind a line of type `data` follow
 * the bytes that it announces, so that one stream has words and bytes in one order. The parent takes every byte from the
 * worker for hostile; see `frames.ts` and `../parent/file-reports.ts`.
 */
import type { Beginning } from '../values/confirmation.js';
import type { Limits } from '../values/limits.js';
import type { FailureKind } from '../errors/error-codes.js';
import type { ProxyRules } from '../http/proxies.js';
import type { Ports } from '../values/port.js';

/** Descriptors of the worker. Its program is its standard input, so that it needs no right to read it anywhere. */
export const workerDescriptors = { orders: 3, frames: 4, certificates: 5, firstSource: 6 } as const;

/** Files that one worker is given; a larger batch takes several workers, one after the other. */
export const maxFiles = 256;

/** One file of a worker. */
export interface WorkerFile {
  readonly sources: readonly string[];
  /** Places of the sources that may lack the file, which then says nothing against their hosts. */
  readonly mayLack: readonly number[];
  /** One source at a time is asked, each for all of the file: what several sent together was wrong. */
  readonly isAlone: boolean;
  /** Milliseconds that earlier workers took: they count for its time limit. */
  readonly spent: number;
  /** Descriptors of the `file:` sources that could be opened, by their place among the sources. */
  readonly opened: Readonly<Record<number, number>>;
  readonly maxBytes: number;
  readonly size: number | null;
  /** The parent compares it with a SHA-256, so that half of it is not taken for the whole. */
  readonly isSummed: boolean;
  /** Null: nothing is there, or it counts for nothing. */
  readonly resume: Beginning | null;
  /** `unchanged` is an answer if it hasn't changed since; milliseconds since 1970. */
  readonly modifiedSince: number | null;
  readonly signature: WorkerSignature | null;
}

/** The signature of a file, asked for when the file is there. */
export interface WorkerSignature {
  readonly suffix: string;
  readonly maxBytes: number;
  readonly optional: boolean;
  /** As for the file, and counts only if the file itself is unchanged. */
  readonly modifiedSince: number | null;
  /** Descriptors of the signatures beside `file:` sources, by the place of these. */
  readonly opened: Readonly<Record<number, number>>;
}

/** What is known of hosts from earlier workers. */
export interface KnownHosts {
  /** Errors that count against a host, fewer than make it be skipped. */
  readonly errors: readonly (readonly [host: string, count: number])[];
  /** Hosts that were slower than others. */
  readonly slow: readonly string[];
  /** Bytes a second that a worker has brought. */
  readonly bestRate: number;
}

/** All that a worker is told; it comes once the parent has read back what is in force. */
export interface Work {
  readonly files: readonly WorkerFile[];
  readonly parallel: number;
  readonly limits: Limits;
  /** TCP ports of the hosts that it may ask, through a proxy or not. */
  readonly ports: Ports;
  readonly proxies: ProxyRules;
  readonly hosts: KnownHosts;
  readonly userAgent: string;
  /** Whether there is a descriptor of the certificates to trust. */
  readonly hasCertificates: boolean;
}

/**
 * What a worker is told later: that nothing of a file can be written any more, so it is to let go of it; or whether what
 * it has sent of one is what it should be.
 */
export type Order = { readonly abandon: number } | { readonly judged: number; readonly isRight: boolean };

/** What bytes are of. */
export type Target = 'file' | 'signature';

/** What the worker says: each frame is about one file, by its place in the list. */
export type Frame =
  | {
      readonly type: 'started';
      readonly file: number;
      readonly source: number;
      /** Bytes of the whole file, if the server said it. */
      readonly total: number | null;
      readonly lastModified: number | null;
      readonly etag: string | null;
      /** Whether its bytes go behind what is there; otherwise that is thrown away. A source may so go on again and again. */
      readonly isAppended: boolean;
    }
  | {
      /** So many bytes of the file, or of its signature, follow at once behind the line. */
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
  /** The signature begins anew, from one source. */
  | { readonly type: 'signature-started'; readonly file: number }
  | { readonly type: 'signature'; readonly file: number; readonly size: number; readonly lastModified: number | null }
  | { readonly type: 'signature-unchanged'; readonly file: number }
  | {
      readonly type: 'signature-failed';
      readonly file: number;
      /** The source whose signature was asked for last. */
      readonly source: number;
      readonly kind: FailureKind;
      readonly status: number | null;
      readonly message: string;
    }
  | { readonly type: 'done'; readonly file: number; readonly size: number };

/** Largest frame in bytes, its line feed included. */
export const maxFrameBytes = 2048;

/** Most bytes that one line announces. */
export const maxDataBytes = 256 * 1024;

/** Bytes from which on an announcement counts as full; an honest worker sends few that are smaller. */
export const fullDataBytes = 16 * 1024;

/** Longest text in a frame, in UTF-16 code units. */
export const maxTextLength = 512;
