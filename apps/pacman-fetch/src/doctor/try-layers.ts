import { clauseOf, isSandboxError, type SandboxError } from '@sb/core';
import { isRoot } from '@sb/files';
import { createSandbox, type Sandbox, type SandboxOptions, type SelfTest } from '@sb/sandbox';

import { originText } from '../config/place.js';
import { sandboxOptions } from '../config/sandbox-options.js';
import type { SandboxLayer, SandboxSettings } from '../config/sandbox-settings.js';
import type { SandboxUser } from '../config/sandbox-user.js';
import { attemptName } from './attempt-name.js';
import { explainMissing, explainUser, withoutConsequences } from './causes.js';
import type { Diagnosis, Finding } from './diagnosis.js';
import type { Machine } from './machine.js';

/** The usual ports of mirrors. */
const ports = [80, 443];

/** Nothing is known of any layer. */
const untried = { features: [], attempts: [] } as const;

/** The names of the layers in `@sb/sandbox`. */
const layers: Readonly<Record<SandboxLayer, string>> = {
  userSwitch: 'privdrop',
  capabilities: 'caps',
  filesystem: 'landlock',
  syscalls: 'seccomp',
};

/** The results for the layers. */
type Trial = Pick<Diagnosis, 'features' | 'attempts' | 'findings'>;

/**
 * Starts the probe in the sandbox of the configuration, but with every layer preferred, so that nothing refuses it. It
 * finds all that is missing at once. A required layer that is missing makes the verdict `broken`.
 *
 * @param settings - of both files
 * @param user - the user that downloads; undefined if none can
 * @param machine - facts that may be the cause of a missing layer
 */
export async function tryLayers(
  settings: SandboxSettings,
  user: SandboxUser | undefined,
  machine: Machine,
): Promise<Trial> {
  const identity = user?.kind === 'switch' ? user.policy : undefined;
  const as = identity && { user: identity.uid, group: identity.gid };
  const switchedOff = [...offFindings(settings), ...commandNote(settings)];
  try {
    const trial = await attempt(createSandbox(lenient(settings, as)), { settings, machine });
    return { ...trial, findings: [...switchedOff, ...trial.findings] };
  } catch (error) {
    // Root cannot switch to the user: pacman-fetch does not download, but the other layers are still examined.
    if (!isSandboxError(error)) throw error;
    // A layer without its native part refuses every plan, with a user and without.
    if (error.code === 'prebuild-missing') return { ...untried, findings: [cannotTry(error), ...switchedOff] };
    if (as === undefined) throw error;
    const rest = await attempt(createSandbox(lenient(settings, undefined)), { settings, machine });
    const what = clauseOf(error);
    const refusal: Finding = { level: 'broken', ...explainUser(what, machine, error.hint) };
    return { ...rest, findings: [refusal, ...switchedOff, ...rest.findings] };
  }
}

/** With `UseSandbox = no` each layer is off. */
function lenient(settings: SandboxSettings, user: SandboxOptions['user']): SandboxOptions {
  // An XferCommand executes programs and reads what its user may read, which a built-in worker may not.
  const program = settings.xferCommand === undefined ? 'worker' : 'command';
  const asked = sandboxOptions(settings, { program, user, ports, writable: [] }) ?? { off: Object.values(layers) };
  const { off = [] } = asked;
  const prefer = ['process', ...Object.values(layers)].filter((layer) => !off.includes(layer));
  return { ...asked, prefer, require: [] };
}

/** Layers that are missing because they are off. `UseSandbox = no` has its own finding, as has the user. */
function offFindings({ levels, useSandbox }: SandboxSettings): readonly Finding[] {
  if (useSandbox.word === 'no') return [];
  return (Object.keys(layers) as SandboxLayer[])
    .filter((layer) => layer !== 'userSwitch' && levels[layer].word === 'off')
    .map((layer) => ({
      level: 'partial',
      what: `${layers[layer]} is switched off (${originText(levels[layer].origin)})`,
      remedy: 'Remove that line.',
    }));
}

/** Which sandbox was tried, if it is not that of a worker. */
function commandNote({ xferCommand }: SandboxSettings): readonly Finding[] {
  if (xferCommand === undefined) return [];
  const what = 'the sandbox of the XferCommand was tried: it may run programs, and read what its user may read';
  return [{ level: 'note', what, remedy: '"pacman-fetch explain" says what it is given.' }];
}

interface Context {
  readonly settings: SandboxSettings;
  readonly machine: Machine;
}

async function attempt(sandbox: Sandbox, { settings, machine }: Context): Promise<Trial> {
  const { features } = sandbox.plan();
  const missing = (Object.keys(layers) as SandboxLayer[]).flatMap((layer) =>
    missingOf(
      features.filter((line) => line.layer === layers[layer]),
      settings.levels[layer].word,
      machine,
    ),
  );
  const process = explainMissing(
    withoutConsequences(features).filter((line) => line.layer === 'process'),
    machine,
  );
  const test = await selfTest(sandbox);
  if ('findings' in test) return { features, attempts: [], findings: [...missing, ...process, ...test.findings] };
  const wrong = test.lines.filter(({ result }) => result === 'failed');
  const findings = wrong.map(({ layer, feature, expected, seen }): Finding => ({
    level: 'broken',
    what: `${layer} ${feature} is planned but not enforced: the attempt gave ${seen}, not ${expected}`,
    remedy: 'Report it, with the output of "pacman-fetch doctor --json".',
  }));
  return { features, attempts: test.lines, findings: [...missing, ...process, ...findings, ...unproved(test)] };
}

/** An attempt that fails without the sandbox too is not a proof, and not a fault: what is in force was read back. */
function unproved({ lines }: SelfTest): readonly Finding[] {
  return Object.values(layers).flatMap((layer): readonly Finding[] => {
    const own = lines.filter((line) => line.layer === layer);
    const names = own.filter(({ result }) => result === 'unproved').map(attemptName);
    if (names.length === 0) return [];
    const which = own.some(({ result }) => result === 'passed')
      ? `${names.length} of ${own.length} attempts`
      : 'all attempts';
    return [
      {
        level: 'note',
        what: `${which} for ${layer} fail without the sandbox as well: ${names.join(', ')}`,
        remedy: `${isRoot() ? 'Something else denies them, for instance a container' : 'Run doctor as root to try them'}. The kernel reports the layers as in force.`,
      },
    ];
  });
}

/** What a layer lacks. It stops every download if the configuration requires the layer. */
function missingOf(features: Diagnosis['features'], level: string, machine: Machine): readonly Finding[] {
  const isOptional = (feature: string) => feature === 'bounding' || feature === 'securebits';
  const required = level === 'require' ? features.filter(({ feature }) => !isOptional(feature)) : [];
  return [
    ...explainMissing(required, machine, 'broken'),
    ...explainMissing(
      features.filter((line) => !required.includes(line)),
      machine,
    ),
  ];
}

async function selfTest(sandbox: Sandbox): Promise<SelfTest | { readonly findings: readonly Finding[] }> {
  try {
    return await sandbox.selfTest();
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    return { findings: [cannotTry(error)] };
  }
}

function cannotTry(error: SandboxError): Finding {
  return {
    level: 'broken',
    what: `cannot try the sandbox: ${clauseOf(error)}`,
    remedy: error.hint ?? 'Report it.',
  };
}
