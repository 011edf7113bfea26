import { exitStatus, FetchError } from '../errors.js';
import { limitsFor } from '../transfer/limits.js';
import type { Destination } from './destination.js';
import type { WorkerResult } from './worker-process.js';

/** The worker ended before it was who it should be. */
export function notReady({ outcome, status, signal, stderr, lie }: WorkerResult): FetchError {
  if (outcome?.type === 'refused') return new FetchError('sandbox', outcome.message);
  const detail = lie ?? errorLine(stderr) ?? `it ended with ${status ?? signal}`;
  return new FetchError('sandbox', `the worker could not become its user: ${printable(detail)}`);
}

/** What was downloaded, and where it went. */
export interface Download {
  readonly url: URL;
  readonly destination: Destination;
}

/** Draws the conclusion from the worker's word, its exit status and what is in the file: all three must agree. */
export function conclude(
  { url, destination }: Download,
  { outcome, status, signal, lie, stderr }: WorkerResult,
): number {
  const failed = (why: string, hint?: string): FetchError =>
    new FetchError('download', `failed retrieving file '${destination.name}' from ${url.host} : ${why}`, hint);
  if (lie !== undefined) throw failed(`the worker was ended: ${lie}`);
  if (outcome?.type === 'failed') {
    if (outcome.kind === 'file')
      throw new FetchError('file', `${destination.path}: ${outcome.message}`, keptHint(destination));
    throw failed(outcome.message, keptHint(destination));
  }
  if (outcome?.type !== 'done' || status !== exitStatus.done) {
    throw failed(
      `the worker ended with ${status ?? signal} ${printable(errorLine(stderr) ?? '')}`.trim(),
      keptHint(destination),
    );
  }
  const { maxBytes } = limitsFor(destination.name, false);
  destination.complete(
    outcome.size,
    maxBytes,
    outcome.lastModified === null ? undefined : new Date(outcome.lastModified),
  );
  return exitStatus.done;
}

/** The line of a crashed worker's standard error that says most. */
function errorLine(stderr: string): string | undefined {
  return stderr.split('\n').find((line) => /Error/.test(line));
}

function keptHint({ size, path, name }: Destination): string | undefined {
  if (size === 0 || !limitsFor(name, false).mayResume) return undefined;
  return `${size} bytes are kept in ${path}; the next attempt goes on behind them.`;
}

function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '�').slice(0, 512);
}
