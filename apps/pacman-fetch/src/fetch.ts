import { appendFileSync, closeSync } from 'node:fs';
import { resolve } from 'node:path';

import type { Command } from './arguments.js';
import { readPacmanConf } from './config/pacman-conf.js';
import { chooseUser, type SandboxUser } from './config/sandbox-user.js';
import { defaultSettings, type Settings, settingsOf } from './config/settings.js';
import { exitStatus, FetchError } from './errors.js';
import { openCertificates } from './parent/certificates.js';
import { Destination } from './parent/destination.js';
import { type Enforcement, planFor, verify } from './parent/enforcement.js';
import { WorkerProcess, type WorkerResult } from './parent/worker-process.js';
import { ProgressLine } from './ui/progress-line.js';
import { parseUrl, publicUrl } from './url.js';

type FetchCommand = Extract<Command, { kind: 'fetch' }>;

const defaultConfig = '/etc/pacman.conf';

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
  const settings = loadSettings(command);
  const user = chooseUser(settings, output);
  const features = planFor(user);
  const owners = user.kind === 'switch' ? [user.policy.uid] : [];
  const certificates = openCertificates(command.cacert);
  const destination = Destination.open(output, owners);
  try {
    const run = { command, url, settings, user, features, destination, certificates, program };
    return await supervise(run);
  } finally {
    destination.close();
    if (certificates !== undefined) closeSync(certificates);
  }
}

function loadSettings({ config, disableDownloadTimeout }: FetchCommand): Settings {
  const settings = readSettings(config);
  return disableDownloadTimeout ? { ...settings, disableDownloadTimeout } : settings;
}

/** Only the default file may be missing: then this is a machine without pacman. */
function readSettings(config: string | undefined): Settings {
  try {
    return settingsOf(readPacmanConf(config ?? defaultConfig));
  } catch (error) {
    const isAbsent =
      config === undefined && error instanceof FetchError && /ENOENT.*'\/etc\/pacman\.conf'/.test(error.message);
    if (isAbsent) return defaultSettings;
    throw error;
  }
}

interface Run {
  readonly command: FetchCommand;
  readonly url: URL;
  readonly settings: Settings;
  readonly user: SandboxUser;
  readonly features: ReturnType<typeof planFor>;
  readonly destination: Destination;
  readonly certificates: number | undefined;
  readonly program: string | undefined;
}

async function supervise(run: Run): Promise<number> {
  const { command, destination, certificates, user } = run;
  const progress = command.quiet ? undefined : new ProgressLine(process.stderr, displayName(destination.name));
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
      if (frame.type === 'progress') progress?.update(frame.received, frame.total ?? undefined);
      if (frame.type !== 'ready' || enforcement !== undefined) return;
      try {
        enforcement = verify(user, run.features, worker.pid ?? 0);
        worker.send(jobOf(run));
      } catch (error) {
        refusal = error;
        worker.kill();
      }
    },
  );
  const interrupted = interruptOn(['SIGINT', 'SIGTERM', 'SIGHUP'], () => worker.kill());
  try {
    worker.send({ policy });
    const result = await worker.ended.catch((error: unknown) => {
      throw new FetchError('sandbox', `the worker could not be started: ${(error as Error).message}`);
    });
    progress?.end();
    if (interrupted.status !== undefined) return interrupted.status;
    if (refusal !== undefined) throw refusal;
    if (enforcement === undefined) throw notReady(result);
    writeReport(run, enforcement);
    return conclude(run, result);
  } finally {
    interrupted.stop();
  }
}

function jobOf({ url, settings, destination, certificates }: Run) {
  return {
    url: url.href,
    name: destination.name,
    userAgent: process.env['HTTP_USER_AGENT'] ?? 'pacman-fetch/0.1',
    disableTimeout: settings.disableDownloadTimeout,
    hasCertificates: certificates !== undefined,
  };
}

/** Ends the worker on a signal and remembers the status that tells of it (128 + number, as shells do). */
function interruptOn(signals: readonly NodeJS.Signals[], end: () => void) {
  const numbers: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };
  const state = { status: undefined as number | undefined, stop: () => {} };
  const listener = (signal: NodeJS.Signals): void => {
    state.status = 128 + (numbers[signal] ?? 0);
    end();
  };
  for (const signal of signals) process.on(signal, listener);
  state.stop = () => {
    for (const signal of signals) process.off(signal, listener);
  };
  return state;
}

/** The worker ended before it was who it should be. */
function notReady({ outcome, status, signal, stderr, lie }: WorkerResult): FetchError {
  if (outcome?.type === 'refused') return new FetchError('sandbox', outcome.message);
  const detail = lie ?? errorLine(stderr) ?? `it ended with ${status ?? signal}`;
  return new FetchError('sandbox', `the worker could not become its user: ${printable(detail)}`);
}

/** Draws the conclusion from the worker's word, its exit status and what is in the file: all three must agree. */
function conclude({ url, destination }: Run, { outcome, status, signal, lie, stderr }: WorkerResult): number {
  const failed = (why: string, hint?: string): FetchError =>
    new FetchError(
      'download',
      `failed retrieving file '${displayName(destination.name)}' from ${url.host} : ${why}`,
      hint,
    );
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
  destination.complete(outcome.size, outcome.lastModified === null ? undefined : new Date(outcome.lastModified));
  return exitStatus.done;
}

/** The line of a crashed worker's standard error that says most. */
function errorLine(stderr: string): string | undefined {
  return stderr.split('\n').find((line) => /Error/.test(line));
}

function keptHint({ size, path }: Destination): string | undefined {
  return size === 0 ? undefined : `${size} bytes are kept in ${path}; the next attempt goes on behind them.`;
}

/** What pacman calls the file: its `.part` is nobody's business. */
function displayName(name: string): string {
  return name.replace(/\.part$/, '');
}

function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '�').slice(0, 512);
}

function writeReport({ command, url, destination }: Run, enforcement: Enforcement): void {
  if (command.report === undefined) return;
  const report = { url: publicUrl(url), file: destination.path, ...enforcement };
  try {
    appendFileSync(command.report, `${JSON.stringify(report)}\n`);
  } catch (error) {
    throw new FetchError('file', `the report could not be written: ${(error as Error).message}`);
  }
}
