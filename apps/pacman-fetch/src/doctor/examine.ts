import { isSandboxError } from '@sb/core';
import { confinement } from '@sb/fetcher';
import { createSandbox, type Sandbox, type SandboxOptions, type SelfTest } from '@sb/sandbox';
import { join } from 'node:path';

import { loadConfiguration } from '../config/configuration.js';
import { chooseUser, type SandboxUser } from '../config/sandbox-user.js';
import type { SandboxSettings } from '../config/sandbox-settings.js';
import { FetchError } from '../errors.js';
import { explainMissing, explainUser } from './causes.js';
import { type Diagnosis, type Finding, verdictOf } from './diagnosis.js';
import { examineFolder } from './folders.js';
import { type Machine, readMachine } from './machine.js';

/** Ports that mirrors have. */
const ports = [80, 443];

/** Everything that a worker is confined by; nothing refuses, so that all that is missing is seen at once. */
const layers = ['process', 'privdrop', 'caps', 'landlock', 'seccomp'];

/**
 * Finds out what this machine can enforce, by the very confinement of the downloading worker.
 *
 * @param config - path of pacman.conf
 * @throws FetchError `usage` for a configuration that can't be read
 */
export async function examine(config: string): Promise<Diagnosis> {
  const { pacman, sandbox } = await loadConfiguration({ config });
  const textsOf = (name: 'CacheDir' | 'DBPath' | 'DownloadUser') =>
    (pacman.options.get(name) ?? []).map(({ text }) => text);
  const caches = textsOf('CacheDir');
  const machine = readMachine();
  const choice = choose(sandbox, caches[0] ?? '/');
  const { user } = choice;
  const trial = await tryLayers(user, machine);
  const identity = user?.kind === 'switch' ? user.policy : undefined;
  const question = {
    user: identity && { ...identity, name: nameOf(identity) },
    isPacmans: textsOf('DownloadUser').length > 0,
  };
  const folders = [...caches, ...textsOf('DBPath').map((path) => join(path, 'sync'))];
  const findings = [
    ...choice.findings,
    ...trial.findings,
    ...folders.flatMap((folder) => examineFolder(folder, question)),
  ];
  return {
    verdict: verdictOf(findings),
    kernel: machine.kernel,
    user:
      user === undefined
        ? null
        : { name: identity === undefined ? 'this user' : nameOf(identity), source: user.source },
    features: trial.features,
    attempts: trial.attempts,
    findings,
  };
}

function nameOf({ name, uid }: { readonly name?: string | undefined; readonly uid: number }): string {
  return name ?? `uid ${uid}`;
}

/** Who downloads; where nobody can, that is what was found. */
function choose(settings: SandboxSettings, cache: string): { user?: SandboxUser; findings: readonly Finding[] } {
  try {
    const user = chooseUser(settings, join(cache, 'file'));
    const off: Finding = {
      level: 'partial',
      what: `${user.source}: downloads are made as whoever starts them`,
      remedy: 'Remove the line, or write "UseSandbox = auto" or "SandboxUserSwitch = prefer".',
    };
    return { user, findings: user.kind === 'off' ? [off] : [] };
  } catch (error) {
    if (!(error instanceof FetchError) || error.kind === 'usage') throw error;
    const remedy = error.hint ?? 'Create the user ("systemd-sysusers", or "useradd --system alpm"), or name another.';
    return { findings: [{ level: 'broken', what: error.message, remedy }] };
  }
}

type Trial = Pick<Diagnosis, 'features' | 'attempts' | 'findings'>;

async function tryLayers(user: SandboxUser | undefined, machine: Machine): Promise<Trial> {
  const identity = user?.kind === 'switch' ? user.policy : undefined;
  const own: SandboxOptions = { prefer: layers };
  if (identity === undefined) return await attempt(createSandbox(confinementOf(own)), machine);
  const as = { ...own, user: { user: identity.uid, group: identity.gid } };
  try {
    return await attempt(createSandbox(confinementOf(as)), machine);
  } catch (error) {
    // Root that can't become the user: nothing is downloaded, and the other layers are still worth knowing.
    if (!isSandboxError(error)) throw error;
    const rest = await attempt(createSandbox(confinementOf(own)), machine);
    const refusal: Finding = {
      level: 'broken',
      ...explainUser(whatOf(error.message, error.hint), machine, error.hint),
    };
    return { ...rest, findings: [refusal, ...rest.findings] };
  }
}

function confinementOf(base: SandboxOptions): SandboxOptions {
  return confinement(base, ports, [{ maxBytes: 2 ** 40 }]);
}

/** A message without the advice at its end, which has a place of its own. */
function whatOf(message: string, hint: string | undefined): string {
  const end = hint === undefined ? message : message.slice(0, -hint.length).trim();
  return end.replace(/\.$/, '');
}

async function attempt(sandbox: Sandbox, machine: Machine): Promise<Trial> {
  const { features } = sandbox.plan();
  const missing = explainMissing(features, machine);
  const test = await selfTest(sandbox);
  if ('findings' in test) return { features, attempts: [], findings: [...missing, ...test.findings] };
  const wrong = test.lines.filter(({ passed }) => !passed);
  const findings = wrong.map(({ layer, feature, expected, seen }): Finding => ({
    level: 'broken',
    what: `${layer} ${feature} is planned and doesn't hold: ${seen} in place of ${expected}`,
    remedy: 'Report it, with the output of "pacman-fetch doctor --json".',
  }));
  return { features, attempts: test.lines, findings: [...missing, ...findings] };
}

async function selfTest(sandbox: Sandbox): Promise<SelfTest | { readonly findings: readonly Finding[] }> {
  try {
    return await sandbox.selfTest();
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    const what = `nothing can be started in the sandbox: ${whatOf(error.message, error.hint)}`;
    return { findings: [{ level: 'broken', what, remedy: error.hint ?? 'Report it.' }] };
  }
}
