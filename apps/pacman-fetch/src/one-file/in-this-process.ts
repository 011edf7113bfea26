/** The way of one process: it gives up what it could do, and downloads then. */
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
 * Restricts this process for good and downloads.
 *
 * @returns undefined if this process can't be restricted as it must be, and nothing was changed
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
 * Gives up all that the download doesn't take.
 *
 * @returns what is in force; undefined if this process can't be restricted as it must be, and nothing was changed
 * @throws FetchError `sandbox`: the process must end
 */
export function restrictThisProcess(run: Run): SelfReport | undefined {
  const report = giveUp(run, restrictionOf(run), streams);
  if (report !== undefined && run.settings.useSandbox.word !== 'no') run.destination.seal();
  return report;
}

/** Descriptors that every process is given: standard input, output and error. */
const streams = 3;

/**
 * Gives up what is inherited, and all that a sandbox forbids.
 *
 * @param options - the sandbox; all of it off where `UseSandbox = no`
 * @param expected - how many descriptors, from 0 on, this process was given and keeps
 * @returns what is in force; undefined if this process can't be restricted as it must be, and nothing was changed
 * @throws FetchError `sandbox`: the process must end
 */
export function giveUp(
  { settings, user }: Pick<Run, 'settings' | 'user'>,
  options: SandboxOptions,
  expected: number,
): SelfReport | undefined {
  // Both make their streams when they are first asked for, which takes calls that are denied afterwards.
  void [process.stdout, process.stderr];
  if (settings.useSandbox.word !== 'no' && !(canForget(expected) && canKeepDescriptor(user))) return undefined;
  const report = restrict(options, expected);
  if (report === undefined) return undefined;
  requireNoRoot(user, report);
  if (settings.useSandbox.word !== 'no') closeToNeighbours();
  return report;
}

/** What this process is restricted to. */
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

/** Lets FILE have the server's time if it belongs to who downloads, and no other file. */
function datingRules({ destination, user }: Run): readonly Rule[] {
  // Where a switch is not to be had and only preferred, this process stays who it is.
  const isOwn = destination.isDatedBy(downloaderUid(user)) || destination.isDatedBy(process.geteuid?.());
  if (!isOwn) return [];
  // With no path the call is about the descriptor itself (futimens(3)).
  const when = [arg(0).eq32(destination.descriptor), arg(1).eq64(0)];
  return [{ syscall: 'utimensat', when, action: allow }];
}

/** Bytes that messages and reports may come to in files that hold more than FILE may. */
const roomForWords = 1 << 20;

/** The limit is for each file that is written to, the one of `--report` and a log on standard error included. */
function fileLimit({ request: { maxBytes }, written }: Run): { readonly fsize?: number } {
  if (maxBytes === Number.MAX_SAFE_INTEGER) return {};
  const sizes = written
    .map((descriptor) => fstatSync(descriptor))
    .flatMap((stats) => (stats.isFile() ? stats.size : []));
  return { fsize: Math.max(maxBytes, ...sizes.map((size) => size + roomForWords)) };
}

function restrict(options: SandboxOptions, expected: number): SelfReport | undefined {
  try {
    // Not before it is known that this process stays the one that downloads: a worker takes what would be lost.
    return restrictSelf(options, options.off === allLayers ? {} : { prepare: () => forget(expected) });
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    if (error.code === 'io-uring-in-use') return undefined;
    throw new FetchError('sandbox', clauseOf(error), error.hint);
  }
}

/** What the rest of the program reads of the environment: how to write to a terminal. */
const kept = new Set(['LC_ALL', 'LC_CTYPE', 'LANG', 'NO_COLOR', 'TERM', 'XTERM_VERSION']);

/**
 * Whether a thread of Node's may be reading certificates that the environment names: by a descriptor that looks like one
 * that was inherited, and must not be closed.
 */
const readsInThreads = Number(process.versions.node.split('.')[0]) >= 22;

/** What was inherited is to be closed before Node starts then; the starter does so, and a worker has nothing of it. */
function canForget(expected: number): boolean {
  return !readsInThreads || strayDescriptors(expected).length === 0;
}

/** Whether no process of the new user can take a descriptor in the moment of the change: FILE's, or the front door's. */
function canKeepDescriptor(user: Run['user']): boolean {
  return user.kind !== 'switch' || isClosedBySwitch();
}

/** Gives up what was inherited and isn't needed: descriptors, variables, what is typed, the working directory. */
function forget(expected: number): void {
  if (!readsInThreads) for (const descriptor of strayDescriptors(expected)) closeSync(descriptor);
  closeSync(0);
  // The lowest number that is free.
  if (openSync('/dev/null', 'r') !== 0) throw new FetchError('sandbox', "standard input can't be replaced");
  for (const name of Object.keys(process.env)) if (!kept.has(name)) delete process.env[name];
  process.chdir('/');
}

/**
 * FILE is open here, and is to hold only what came: no other process of this user may take its descriptor. No socket that
 * it could be sent through can be made either (`confinement` of `@sb/fetcher`).
 */
function closeToNeighbours(): void {
  try {
    makeUndumpable();
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    throw new FetchError('sandbox', clauseOf(error), error.hint);
  }
}

/** No thread may be root unless that was asked for, whatever the levels are. What Linux doesn't say, nobody knows. */
function requireNoRoot(user: Run['user'], { verified }: SelfReport): void {
  if (user.kind === 'off') return;
  if (verified === undefined && process.platform === 'linux') {
    const what = "/proc doesn't say which user this process is, so nothing was downloaded";
    throw new FetchError('sandbox', what, 'Mount proc on /proc.');
  }
  if (verified?.uid.includes(0) !== true) return;
  throw new FetchError('sandbox', 'this process is still root, so nothing was downloaded');
}
