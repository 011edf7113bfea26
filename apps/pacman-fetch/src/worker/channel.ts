/**
 * The two directions between the parent and the worker: JSON documents, one a line. The parent takes every byte from
 * the worker for hostile; see `parent/frames.ts` for the other end.
 */
import type { FailureKind } from '@sb/fetcher/failure-kinds';
import type { PrivdropPolicy } from '@sb/privdrop';

/** Descriptors of the worker, beside the standard streams. */
export const workerDescriptors = { channel: 3, file: 4, certificates: 5 } as const;

/** How many descriptors the worker is given, from 0 on. */
export const givenDescriptors = 6;

/** The first thing the worker reads: whom to become. Undefined on request (`UseSandbox = no`) only. */
export interface Identity {
  readonly policy: PrivdropPolicy | undefined;
}

/** What to download; sent only after the parent has seen for itself who the worker is. */
export interface Job {
  readonly url: string;
  /** Base name of the file, which decides its limits. */
  readonly name: string;
  readonly userAgent: string;
  readonly disableTimeout: boolean;
  /** Whether descriptor 5 holds the certificates to trust. */
  readonly hasCertificates: boolean;
}

/** What the worker says. */
export type Frame =
  | { readonly type: 'ready' }
  | { readonly type: 'refused'; readonly message: string }
  | { readonly type: 'progress'; readonly received: number; readonly total: number | null }
  | { readonly type: 'done'; readonly size: number; readonly lastModified: number | null }
  | { readonly type: 'failed'; readonly kind: FailureKind; readonly message: string };

/** The latest time that a file can have on every file system, in milliseconds: 32 unsigned bits of seconds (2106). */
export const maxFileTime = 0xffff_ffff * 1000;

/** Largest frame in bytes, its line feed included. */
export const maxFrameBytes = 4096;
