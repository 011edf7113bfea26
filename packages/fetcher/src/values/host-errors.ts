import type { FetcherErrorCode } from '../errors/fetcher-error.js';
import type { FailureKind } from '../errors/error-codes.js';
import { portOf } from './port.js';

/**
 * What counts against a host: pacman's soft errors once, its hard one as all of them (`server_soft_error` and
 * `server_hard_error` of libalpm's dload.c). What is wrong with one file only, or with a proxy or this machine, counts
 * against nobody.
 */
const weights: Readonly<Record<string, number>> = {
  dns: Infinity,
  connect: 1,
  tls: 1,
  http: 1,
  protocol: 1,
  truncated: 1,
  'too-slow': 1,
};

/** How many errors a failure is; infinitely many where one is enough. */
export function weightOf(kind: FailureKind | FetcherErrorCode): number {
  return weights[kind] ?? 0;
}

/** What a host's errors are kept under: its name and its port, as pacman has it. */
export function hostKey(url: URL): string {
  return `${url.hostname}:${portOf(url)}`;
}

/** Whether an answer means nothing but that the file isn't there. */
export function isMissingStatus(status: number | null | undefined): boolean {
  return status === 404 || status === 410;
}

/** Whether a failure means that a host is there, and answers. */
export function isAnswer(kind: FailureKind): boolean {
  return kind === 'http' || kind === 'protocol' || kind === 'truncated';
}
