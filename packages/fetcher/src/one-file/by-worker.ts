/** One file, downloaded by a worker: for programs that cannot restrict their own process. */
import { fstatSync } from 'node:fs';

import { documentPlace } from '../values/readers.js';
import { FetcherError } from '../errors/fetcher-error.js';
import { runWorker } from '../parent/run-worker.js';
import { settingsOf } from '../request/settings.js';
import { sourceError } from '../parent/source-error.js';
import { sourceHost } from '../values/source-host.js';
import { WrittenFile } from '../disk/written-file.js';
import { hasEndedWell, standStill, type WorkerEnd } from '../parent/worker-end.js';
import { workerReader } from './readers.js';
import type { OneFileRequest, OneFileResult, OneFileWorker } from './options.js';
import { planOneFile } from './plan.js';

export { FetcherError } from '../errors/fetcher-error.js';
export type { FetcherErrorCode } from '../errors/error-codes.js';
export type { OneFileEvents, OneFileRequest, OneFileResult, OneFileWorker } from './options.js';

/**
 * Downloads one URL to one open file, in a worker in a sandbox.
 *
 * @throws FetcherError; received bytes stay in the file for another attempt
 */
export async function downloadByWorker(request: OneFileRequest, how: OneFileWorker): Promise<OneFileResult> {
  const { sandbox, signal, onProgress, onEnforcement, program } = workerReader.read(how, documentPlace('how'));
  const { request: read, file } = planOneFile(request);
  const { url, descriptor, source, limits, redirectPorts, proxies, userAgent, certificates } = read;
  const { user, ...rest } = sandbox;
  const common = settingsOf({ ...(user === undefined ? {} : { user }), sandbox: rest, userAgent, limits, parallel: 1 });
  const settings = { ...common, redirectPorts, proxies };
  const content = new WrittenFile(descriptor, { path: 'the file', size: fstatSync(descriptor).size });
  const files = {
    files: [file],
    descriptors: source === undefined ? [] : [source],
    targets: [{ file: content, signature: undefined }],
    hosts: { errors: [], slow: [], bestRate: 0 },
  };
  const options = { settings, certificates, program, signal, onEnforcement };
  const { reports, refusals, end } = await runWorker(files, options, (_file, { hasStarted, received, total }) => {
    if (hasStarted) onProgress(received, total ?? undefined);
  });
  if (signal.aborted) throw new FetcherError('cancelled', 'the download was cancelled');
  if (end.lie !== undefined) throw new FetcherError('worker-lied', `the worker was killed: ${end.lie}`);
  const refusal = refusals[0]?.file;
  if (refusal !== undefined) throw refusal;
  const [report] = reports;
  const failure = report?.failures.at(-1);
  if (failure !== undefined) throw sourceError(failure, sourceHost(url));
  if (report?.state !== 'done' || !hasEndedWell(end)) throw standStill(end) ?? died(end);
  return { size: report.size, lastModified: report.lastModified ?? null };
}

function died({ signal, status, stderr }: WorkerEnd): FetcherError {
  const line = stderr.split('\n').find((text) => /Error/.test(text)) ?? '';
  const detail = line.replaceAll(/[\p{Cc}\p{Cf}]/gu, '�').slice(0, 512);
  const hint =
    'Try again. If it ends this way each time, it lacks memory, it is killed, or its filter denies a call that it needs.';
  return new FetcherError('worker-died', `the worker ended with ${signal ?? status} ${detail}`.trim(), { hint });
}
