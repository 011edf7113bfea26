import { closeSync } from 'node:fs';
import { basename, resolve } from 'node:path';

import type { EnforcementReport } from '@sb/core';
import type { OneFileResult } from '@sb/fetcher/in-this-process';
import type { SelfReport } from '@sb/sandbox';

import type { Command } from './arguments.js';
import { type Configuration, loadConfiguration } from './config/configuration.js';
import { chooseUser } from './config/sandbox-user.js';
import { exitStatus } from './errors.js';
import { interruptOn } from './interrupt.js';
import { complete, failureOf } from './one-file/conclusion.js';
import { openCertificates, openDestination, openSource } from './one-file/files.js';
import { limitsFor } from './one-file/limits.js';
import { ReportFile } from './one-file/report-file.js';
import { requestOf } from './one-file/request.js';
import { downloaderUid, type Run, type RunEvents } from './one-file/run.js';
import { createDisplay } from './ui/display.js';
import type { Display } from './ui/events.js';
import { canReadTerminal } from './own-terminal.js';
import { parseUrl, publicUrl } from './url.js';

type FetchCommand = Extract<Command, { kind: 'fetch' }>;

/**
 * Downloads one URL to one file, under every layer of the configuration. Everything that needs privileges is opened
 * first. Then this process drops them, or it starts a worker that never had them.
 *
 * @param command - from the command line
 * @param program - the worker's program; tests use a hostile one
 * @returns exit status
 * @throws FetchError whose kind is the exit status
 */
export async function fetch(command: FetchCommand, program?: string): Promise<number> {
  const url = parseUrl(command.url);
  const output = resolve(command.output);
  const configuration = await loadConfiguration({ config: command.config, mayBeAbsent: true });
  const user = chooseUser(configuration.sandbox, output);
  using report = new ReportFile(command.report);
  const { certificates, source, destination } = openAll(command, url, report);
  try {
    const settings = configuration.sandbox;
    const disableTimeout = disablesTimeout(command, configuration);
    const request = requestOf({ url, source, destination, disableTimeout, certificates, settings });
    const written = [1, 2, ...(report.descriptor === undefined ? [] : [report.descriptor])];
    return await supervise(command, { request, destination, settings, user, written, program }, report);
  } finally {
    destination.close();
    for (const opened of [certificates, source]) if (opened !== undefined) closeSync(opened);
  }
}

/** Opens everything that needs privileges. A failure of this is in the report as well. */
function openAll(command: FetchCommand, url: URL, report: ReportFile) {
  const output = resolve(command.output);
  const name = basename(output);
  try {
    const certificates = openCertificates(command.cacert);
    const source = openSource(url, name);
    return { certificates, source, destination: openDestination(output, limitsFor(name, false).mayResume) };
  } catch (error) {
    report.append(unstarted(subjectOf(command, url), error));
    throw error;
  }
}

/** The subject of a report. */
interface Subject {
  readonly url: string;
  readonly file: string;
}

function subjectOf({ output }: FetchCommand, url: URL): Subject {
  return { url: publicUrl(url), file: resolve(output) };
}

/** Nothing was in force, and the network was not used. */
function unstarted(subject: Subject, error: unknown): EnforcementReport & Subject & { readonly error: string } {
  return { ...subject, status: 'none', features: [], error: error instanceof Error ? error.message : String(error) };
}

function disablesTimeout(command: FetchCommand, { pacman }: Configuration): boolean {
  return command.disableDownloadTimeout || pacman.options.has('DisableDownloadTimeout');
}

async function supervise(command: FetchCommand, run: Run, report: ReportFile): Promise<number> {
  const { request, destination, user } = run;
  const { name } = destination;
  const { source } = user;
  const display = displayFor(command);
  const controller = new AbortController();
  const interrupted = interruptOn(() => controller.abort());
  const subject = subjectOf(command, request.url);
  let enforcement: EnforcementReport | undefined;
  const events: RunEvents = {
    signal: controller.signal,
    onEnforcement: (said) => {
      enforcement = said;
      report.append({ ...subject, ...reported(said), source });
      display.show({ event: 'start', name, offset: destination.size });
    },
    onProgress: (received, total) => {
      display.show({ event: 'progress', name, received, ...(total === undefined ? {} : { size: total }) });
    },
  };
  try {
    complete(run, await download(run, events));
    // If a signal comes too late for a run, nothing is undone.
    display.show({ event: 'done', name });
    return exitStatus.done;
  } catch (error) {
    if (interrupted.status !== undefined) return interrupted.status;
    const failure = failureOf(run, error);
    const reason = failure instanceof Error ? { reason: failure.message } : {};
    if (enforcement !== undefined) display.show({ event: 'failed', name, ...reason });
    else report.append(unstarted(subject, failure));
    throw failure;
  } finally {
    display.end();
    interrupted.stop();
  }
}

/**
 * Everything that was asked for may be in force, and still be less than `full` means to people: a root process is not
 * confined.
 */
function reported(said: EnforcementReport & { readonly verified?: SelfReport['verified'] }): EnforcementReport {
  const isRoot = said.verified?.uid.includes(0) === true;
  return isRoot && said.status === 'full' ? { ...said, status: 'partial' } : said;
}

/**
 * Downloads in this process if that is possible. Otherwise a worker does it, in these cases:
 *
 * - FILE gets its name at the end, or must get a time from its owner: a privileged process must stay for that, unless
 *   no privileges are dropped.
 * - A library is preloaded, as by fakeroot(1): it makes calls that the filter would deny, and answers in place of the
 *   kernel. A worker has no such library.
 * - The terminal belongs to another user: this process cannot stop having it open for reading. A worker does not have
 *   it.
 */
async function download(run: Run, events: RunEvents): Promise<OneFileResult> {
  const { destination, user } = run;
  const isLate = limitsFor(destination.name, false).isDated && !destination.isDatedBy(downloaderUid(user));
  const isAlone = process.env['LD_PRELOAD'] === undefined && !canReadTerminal();
  const canBeHere = (destination.isInPlace && !isLate && isAlone) || run.settings.useSandbox.word === 'no';
  if (canBeHere && run.program === undefined) {
    // The HTTP client takes a third of the time of a start, and a worker has its own.
    const { downloadInThisProcess } = await import('./one-file/in-this-process.js');
    const result = await downloadInThisProcess(run, events);
    if (result !== undefined) return result;
  }
  const { downloadByWorker } = await import('./one-file/by-worker.js');
  return await downloadByWorker(run, events);
}

/**
 * Bars go to standard error, as messages do, since standard output may be redirected. Without a terminal only errors
 * are shown.
 */
function displayFor({ quiet, json, color }: FetchCommand): Display {
  const { stderr, stdout } = process;
  const isSilent = quiet || !stderr.isTTY;
  const style = json ? 'json' : isSilent ? 'quiet' : 'normal';
  return createDisplay({ stream: json ? stdout : stderr, errors: stderr, style, color });
}
