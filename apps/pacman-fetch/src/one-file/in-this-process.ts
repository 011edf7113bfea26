/** The way of one process: it drops its privileges, and then downloads. */
import { closeSync, fstatSync, openSync } from 'node:fs';

import { clauseOf, isSandboxError } from '@sb/core';
import {
  confinementOfThisProcess,
  downloadInThisProcess as download,
  type OneFileResult,
} from '@sb/fetcher/in-this-process';
import { restrictSelf, type SandboxOptions, type SelfReport } from '@sb/sandbox';
import { isClosedBySwitch, makeUndumpable } from '@sb/sandbox/undumpable';
import { allow, arg, type Rule } from '@sb/seccomp';

import { sandboxOptions } from '../config/sandbox-options.js';
import { strayDescriptors } from '../descriptors.js';
import { FetchError } from '../errors.js';
import { allLayers, downloaderUid, optionsUser, type Run, type RunEvents } from './run.js';

/**
 * Restricts this process permanently and downloads.
 *
 * @returns undefined if this process cannot be restricted as it must be, and nothing was changed
 * @throws TransferFailure; FetchError `sandbox`
 */
export async function downloadInThisProcess(run: Run, events: RunEvents): Promise<OneFileResult | undefined> {
  const report = restrictThisProcess(run);
  if (report === undefined) return undefined;
  const { onEnforcement, onProgress, signal } = events;
  onEnforcement(report);
  return await download(run.request, { onProgress, signal });
}

/**
 * Drops everything that the download does not need.
 *
 * @returns what is in force; undefined if this process cannot be restricted as it must be, and nothing was changed
 * @throws FetchError `sandbox`: the process must end
 */
export function restrictThisProcess(run: Run): SelfReport | undefined {
  const report = giveUp(run, restrictionOf(run), streams);
  if (report !== undefined && run.settings.useSandbox.word !== 'no') run.destination.seal();
  return report;
}

/** Descriptors of every process: standard input, output and error. */
const streams = 3;

/**
 * Drops what is inherited, and everything that a sandbox forbids.
 *
 * @param options - the sandbox; all of it off for `UseSandbox = no`
 * @param expected - how many descriptors, from 0 on, this process was given and keeps
 * @returns what is in force; undefined if this process cannot be restricted as it must be, and nothing was changed
 * @throws FetchError `sandbox`: the process must end
 */
export function giveUp(
  { settings, user }: Pick<Run, 'settings' | 'user'>,
  options: SandboxOptions,
  expected: number,
): SelfReport | undefined {
  // Node makes both streams at their first use, with calls that are denied afterwards.
  void [process.stdout, process.stderr];
  if (settings.useSandbox.word !== 'no' && !(canForget(expected) && canKeepDescriptor(user))) return undefined;
  const report = restrict(options, expected);
  if (report === undefined) return undefined;
  requireNoRoot(user, report);
  if (settings.useSandbox.word !== 'no') closeToNeighbours();
  return report;
}

/** The restrictions of this process. */
function restrictionOf(run: Run): SandboxOptions {
  const { request, settings, user } = run;
  const options = sandboxOptions(settings, { program: 'self', user: optionsUser(user), ports: [], writable: [] });
  if (options === undefined) return { off: allLayers };
  const confined = confinementOfThisProcess(request, options);
  return { ...confined, ...withRules(confined, datingRules(run)), rlimits: { core: 0, ...fileLimit(run) } };
}

function withRules({ seccomp }: SandboxOptions, rules: readonly Rule[]): Pick<SandboxOptions, 'seccomp'> {
  if (seccomp === undefined || seccomp === 'off') return {};
  const given = typeof seccomp === 'string' ? { base: seccomp } : seccomp;
  return { seccomp: { ...given, rules: [...(given.rules ?? []), ...rules] } };
}

/** Allows setting the time of FILE, and of no other file, if the user that downloads owns FILE. */
function datingRules({ destination, user }: Run): readonly Rule[] {
  // If a preferred switch is not possible, this process keeps its ids.
  const isOwn = destination.isDatedBy(downloaderUid(user)) || destination.isDatedBy(process.geteuid?.());
  if (!isOwn) return [];
  // Without a path the call applies to the descriptor itself (futimens(3)).
  const when = [arg(0).eq32(destination.descriptor), arg(1).eq64(0)];
  return [{ syscall: 'utimensat', when, action: allow }];
}

/** The most bytes of messages and reports, in files that hold more than FILE may. */
const roomForWords = 1 << 20;

/** The limit applies to each file that is written, including that of `--report` and a log on standard error. */
function fileLimit({ request: { maxBytes }, written }: Run): { readonly fsize?: number } {
  if (maxBytes === Number.MAX_SAFE_INTEGER) return {};
  const sizes = written
    .map((descriptor) => fstatSync(descriptor))
    .flatMap((stats) => (stats.isFile() ? stats.size : []));
  return { fsize: Math.max(maxBytes, ...sizes.map((size) => size + roomForWords)) };
}

function restrict(options: SandboxOptions, expected: number): SelfReport | undefined {
  try {
    // Only when it is certain that this process downloads: a worker would need what is dropped here.
    return restrictSelf(options, options.off === allLayers ? {} : { prepare: () => forget(expected) });
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    if (error.code === 'io-uring-in-use') return undefined;
    throw new FetchError('sandbox', clauseOf(error), error.hint);
  }
}

/** The variables that the rest of the program reads: how to write to a terminal. */
const kept = new Set(['LC_ALL', 'LC_CTYPE', 'LANG', 'NO_COLOR', 'TERM', 'XTERM_VERSION']);

/**
 * Whether a thread of Node may be reading certificates that the environment names. Its descriptor looks like an
 * inherited one, and must not be closed.
 */
const readsInThreads = Number(process.versions.node.split('.')[0]) >= 22;

/**
 * In that case inherited descriptors must be closed before Node starts. The starter does so, and a worker does not have
 * them.
 */
function canForget(expected: number): boolean {
  return !readsInThreads || strayDescriptors(expected).length === 0;
}

/**
 * Whether no process of the new user can take a descriptor at the moment of the switch: that of FILE, or of the front
 * door.
 */
function canKeepDescriptor(user: Run['user']): boolean {
  return user.kind !== 'switch' || isClosedBySwitch();
}

/** Drops what was inherited and is not needed: descriptors, variables, terminal input, the working directory. */
function forget(expected: number): void {
  if (!readsInThreads) for (const descriptor of strayDescriptors(expected)) closeSync(descriptor);
  closeSync(0);
  // It gets the lowest free number.
  if (openSync('/dev/null', 'r') !== 0) throw new FetchError('sandbox', 'cannot replace standard input');
  for (const name of Object.keys(process.env)) if (!kept.has(name)) delete process.env[name];
  process.chdir('/');
}

/**
 * FILE is open, and must contain only the download: no other process of this user may take its descriptor. A socket
 * that could send the descriptor cannot be made either (`confinement` of `@sb/fetcher`).
 */
function closeToNeighbours(): void {
  try {
    makeUndumpable();
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    throw new FetchError('sandbox', clauseOf(error), error.hint);
  }
}

/** No thread may be root unless that was asked for, at any level. If Linux does not show it, it is unknown. */
function requireNoRoot(user: Run['user'], { verified }: SelfReport): void {
  if (user.kind === 'off') return;
  if (verified === undefined && process.platform === 'linux') {
    const what = '/proc does not show the user of this process, so nothing was downloaded';
    throw new FetchError('sandbox', what, 'Mount proc on /proc.');
  }
  if (verified?.uid.includes(0) !== true) return;
  throw new FetchError('sandbox', 'this process is still root, so nothing was downloaded');
}
