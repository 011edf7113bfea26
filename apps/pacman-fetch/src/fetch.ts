import { closeSync, constants, openSync, writeSync } from 'node:fs';
import type { Server } from 'node:net';
import { basename, resolve } from 'node:path';

import type { Command } from './arguments.js';
import { loadConfiguration } from './config/configuration.js';
import { requireNoOther } from './config/only-user.js';
import { chooseUser, type SandboxUser } from './config/sandbox-user.js';
import { FetchError } from './errors.js';
import { interruptOn } from './interrupt.js';
import { conclude, notReady } from './parent/conclusion.js';
import { Destination } from './parent/destination.js';
import { type Enforcement, planFor, verify } from './parent/enforcement.js';
import { lockFile, openCertificates } from './parent/files.js';
import { watchGrowth } from './parent/growth.js';
import { WorkerProcess, type WorkerResult } from './parent/worker-process.js';
import { limitsFor } from './transfer/limits.js';
import { createDisplay } from './ui/display.js';
import type { Display, DisplayEvent } from './ui/events.js';
import { parseUrl, publicUrl } from './url.js';
import { userAgent } from './user-agent.js';
import type { Frame } from './worker/channel.js';

type FetchCommand = Extract<Command, { kind: 'fetch' }>;

/** Seconds in which a worker has to bring bytes: an honest one gives up after ten, and tries twice at the most. */
const patience = 30;

/**
 * Downloads one URL into one file by a worker that is not root.
 *
 * @param command - from the command line
 * @param program - the worker's program; tests put a hostile one here
 * @returns exit status
 * @throws FetchError whose kind is the exit status
 */
export async function fetch(command: FetchCommand, program?: string): Promise<number> {
  const url = parseUrl(command.url);
  const output = resolve(command.output);
  const { sandbox, pacman } = await loadConfiguration({ config: command.config, mayBeAbsent: true });
  const user = chooseUser(sandbox, output);
  requireNoOther(sandbox);
  const features = planFor(user);
  const certificates = openCertificates(command.cacert);
  const mayResume = limitsFor(basename(output), false).mayResume;
  const destination = new Destination(output, mayResume);
  let lock: Server | undefined;
  try {
    lock = await lockFile(destination.descriptor, destination.path);
    const disableTimeout = command.disableDownloadTimeout || pacman.options.has('DisableDownloadTimeout');
    const run = { command, url, disableTimeout, user, features, destination, certificates, program };
    return await supervise(run);
  } finally {
    lock?.close();
    destination.close();
    if (certificates !== undefined) closeSync(certificates);
  }
}

interface Run {
  readonly command: FetchCommand;
  readonly url: URL;
  readonly disableTimeout: boolean;
  readonly user: SandboxUser;
  readonly features: ReturnType<typeof planFor>;
  readonly destination: Destination;
  readonly certificates: number | undefined;
  readonly program: string | undefined;
}

async function supervise(run: Run): Promise<number> {
  const { command, destination, certificates, user } = run;
  const { name, size: offset } = destination;
  const display = displayFor(command);
  const policy = user.kind === 'switch' ? user.policy : undefined;
  let enforcement: Enforcement | undefined;
  let refusal: unknown;
  const worker = new WorkerProcess(
    {
      policy,
      file: destination.descriptor,
      certificates,
      ...(run.program === undefined ? {} : { program: run.program }),
    },
    (frame) => {
      if (frame.type === 'progress') display.show(progressOf(name, frame));
      if (frame.type !== 'ready' || enforcement !== undefined) return;
      try {
        enforcement = verify(user, run.features, worker.pid ?? 0);
        worker.send(jobOf(run));
        display.show({ event: 'start', name, offset });
      } catch (error) {
        refusal = error;
        worker.kill();
      }
    },
  );
  const stopWatching = watchGrowth({
    size: () => destination.size,
    maxBytes: limitsFor(destination.name, false).maxBytes,
    patience: run.disableTimeout ? undefined : patience,
    onProblem: (what) => worker.accuse(what),
  });
  const interrupted = interruptOn(() => worker.kill());
  try {
    worker.send({ policy });
    const result = await worker.ended.catch((error: unknown) => {
      throw new FetchError('sandbox', `the worker could not be started: ${(error as Error).message}`);
    });
    if (interrupted.status !== undefined) return interrupted.status;
    if (refusal !== undefined) throw refusal;
    if (enforcement === undefined) throw notReady(result);
    const status = concludeShown(run, result, display);
    writeReport(run, enforcement);
    return status;
  } finally {
    display.end();
    interrupted.stop();
    stopWatching();
  }
}

/** Bars go where messages go, since standard output may be redirected; without a terminal only errors are said. */
function displayFor({ quiet, json, color }: FetchCommand): Display {
  const { stderr, stdout } = process;
  const isSilent = quiet || !stderr.isTTY;
  const style = json ? 'json' : isSilent ? 'quiet' : 'normal';
  return createDisplay({ stream: json ? stdout : stderr, errors: stderr, style, color });
}

function progressOf(name: string, { received, total }: Extract<Frame, { type: 'progress' }>): DisplayEvent {
  return { event: 'progress', name, received, ...(total === null ? {} : { size: total }) };
}

function concludeShown(run: Run, result: WorkerResult, display: Display): number {
  const { name } = run.destination;
  try {
    const status = conclude(run, result);
    display.show({ event: 'done', name });
    return status;
  } catch (error) {
    display.show({ event: 'failed', name, ...(error instanceof Error ? { reason: error.message } : {}) });
    throw error;
  }
}

function jobOf({ url, disableTimeout, destination, certificates }: Run) {
  return {
    url: url.href,
    name: destination.name,
    userAgent: userAgent(),
    disableTimeout,
    hasCertificates: certificates !== undefined,
  };
}

/** Written when all is done: a report that can't be written is said, and undoes nothing. */
function writeReport({ command, url, destination }: Run, enforcement: Enforcement): void {
  if (command.report === undefined) return;
  const report = { url: publicUrl(url), file: destination.path, ...enforcement };
  try {
    appendLine(command.report, JSON.stringify(report));
  } catch (error) {
    process.stderr.write(`warning: the report could not be written: ${(error as Error).message}\n`);
  }
}

// Not through a symbolic link that somebody else may have set, and without waiting for the other end of a pipe.
const reportFlags =
  constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;

function appendLine(path: string, line: string): void {
  const descriptor = openSync(path, reportFlags, 0o644);
  try {
    writeSync(descriptor, `${line}\n`);
  } finally {
    closeSync(descriptor);
  }
}
