/** The way of two processes: for a FILE that gets its name at the end, and if this process cannot be restricted. */
import { downloadByWorker as download } from '@sb/fetcher/by-worker';
import type { OneFileResult } from '@sb/fetcher/in-this-process';

import { sandboxOptions } from '../config/sandbox-options.js';
import { allLayers, optionsUser, type Run, type RunEvents } from './run.js';

/**
 * Lets a worker of `@sb/fetcher` write FILE under the same layers.
 *
 * @throws FetcherError
 */
export async function downloadByWorker(run: Run, events: RunEvents): Promise<OneFileResult> {
  const { request, settings, user, program } = run;
  const needs = { program: 'worker', user: optionsUser(user), ports: [], writable: [] } as const;
  const sandbox = sandboxOptions(settings, needs) ?? { off: allLayers };
  return await download(request, { ...events, sandbox, program });
}
