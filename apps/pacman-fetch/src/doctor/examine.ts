import { join } from 'node:path';

import { isRoot } from '@sb/files';

import { type Configuration, loadConfiguration } from '../config/configuration.js';
import { chooseUser, downloaderOf, type SandboxUser } from '../config/sandbox-user.js';
import type { SandboxSettings } from '../config/sandbox-settings.js';
import { FetchError } from '../errors.js';
import { type Diagnosis, type Finding, verdictOf } from './diagnosis.js';
import { examineDownloader } from './downloader.js';
import { examineFolder } from './folders.js';
import { readMachine } from './machine.js';
import { tryLayers } from './try-layers.js';

/** A problem with servers, and what to do about it, as a sentence. */
interface ServerProblem {
  readonly text: string;
  readonly hint: string;
  /** Whether nothing can be downloaded. */
  readonly prevents?: boolean;
}

/**
 * Finds out what this machine can enforce, by the very sandbox that the configuration gives to a worker.
 *
 * @param config - path of pacman.conf
 * @param serverProblems - returns the problems of the program that downloads with its servers
 * @throws FetchError `usage` for a configuration that cannot be read
 */
export async function examine(
  config: string,
  serverProblems: (configuration: Configuration) => readonly ServerProblem[],
): Promise<Diagnosis> {
  const configuration = await loadConfiguration({ config });
  const { pacman, sandbox } = configuration;
  const textsOf = (name: 'CacheDir' | 'DBPath' | 'DownloadUser') =>
    (pacman.options.get(name) ?? []).map(({ text }) => text);
  const caches = textsOf('CacheDir');
  const machine = readMachine();
  const choice = choose(sandbox, caches[0] ?? '/');
  const { user } = choice;
  const trial = await tryLayers(sandbox, user, machine);
  const identity = user?.kind === 'switch' ? user.policy : undefined;
  const question = {
    user: identity && { ...identity, name: nameOf(identity) },
    isPacmans: textsOf('DownloadUser').length > 0,
  };
  const folders = [...caches, ...textsOf('DBPath').map((path) => join(path, 'sync'))];
  const findings = [
    ...choice.findings,
    ...trial.findings,
    ...(await examineDownloader(sandbox)),
    ...folders.flatMap((folder) => examineFolder(folder, question)),
    ...serverProblems(configuration).map(findingOf),
  ];
  return {
    verdict: verdictOf(findings),
    kernel: machine.kernel,
    user: user === undefined ? null : { name: shownName(user), source: user.source },
    features: trial.features,
    attempts: trial.attempts,
    findings,
  };
}

function findingOf({ text, hint, prevents = false }: ServerProblem): Finding {
  return { level: prevents ? 'broken' : 'note', what: text, remedy: hint };
}

/** The user of the process that downloads. */
function shownName(user: SandboxUser): string {
  if (user.kind === 'switch') return nameOf(downloaderOf(user));
  return isRoot() ? 'root' : 'this user';
}

function nameOf({ name, uid }: { readonly name?: string | undefined; readonly uid: number }): string {
  return name ?? `uid ${uid}`;
}

/** Arch's packages create their users by files for systemd-sysusers(8). */
const createUser = 'Create the user ("systemd-sysusers", or "useradd --system alpm"), or name another.';

/** The user that downloads, or the finding that none can. */
function choose(settings: SandboxSettings, cache: string): { user?: SandboxUser; findings: readonly Finding[] } {
  try {
    const user = chooseUser(settings, join(cache, 'file'));
    const off: Finding = {
      level: isRoot() ? 'broken' : 'partial',
      what: `${user.source}: pacman-fetch downloads as ${isRoot() ? 'root' : 'this user'}`,
      remedy: 'Remove the line, or write "UseSandbox = auto" or "SandboxUserSwitch = prefer".',
    };
    return { user, findings: user.kind === 'off' ? [off] : [] };
  } catch (error) {
    if (!(error instanceof FetchError) || error.kind === 'usage') throw error;
    const isAbsent = error.message.endsWith('does not exist');
    const remedy = isAbsent ? createUser : (error.hint ?? 'Name another user.');
    return { findings: [{ level: 'broken', what: error.message, remedy }] };
  }
}
