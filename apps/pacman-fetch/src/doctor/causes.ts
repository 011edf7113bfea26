import type { FeatureReport } from '@sb/core';

import type { Finding } from './diagnosis.js';
import { featureNames } from './feature-names.js';
import type { Machine } from './machine.js';

/** Cause and remedy of a missing layer. */
type Explanation = Omit<Finding, 'level'>;

/**
 * Explains each layer that lacks something, in one finding for all features with the same reason.
 *
 * @param features - from a plan
 * @param machine - facts that may be the cause
 * @param level - the severity
 */
export function explainMissing(
  features: readonly FeatureReport[],
  machine: Machine,
  level: Finding['level'] = 'partial',
): readonly Finding[] {
  const missing = new Map<string, FeatureReport[]>();
  for (const line of withoutConsequences(features).filter(({ state }) => state === 'unsupported')) {
    const key = `${line.layer} ${line.reason ?? ''} ${line.unneeded ?? ''}`;
    missing.set(key, [...(missing.get(key) ?? []), line]);
  }
  return Array.from(missing.values(), (lines): Finding => {
    const isUnneeded = lines.every(({ unneeded }) => unneeded !== undefined);
    return { level: isUnneeded ? 'note' : level, ...explain(lines, machine) };
  });
}

/**
 * Leaves out features that are missing only because of another one: descendants are ended by Landlock's scope for
 * signals.
 *
 * @param features - of a plan
 */
export function withoutConsequences(features: readonly FeatureReport[]): readonly FeatureReport[] {
  const isCause = features.some(({ feature, state }) => feature === 'scope.signal' && state === 'unsupported');
  return isCause ? features.filter(({ feature }) => feature !== 'descendants') : features;
}

function explain(lines: readonly FeatureReport[], machine: Machine): Explanation {
  const [{ layer, reason = 'the reason is unknown', unneeded } = { layer: '' }] = lines;
  const name = `${layer} (${featureNames(lines.map(({ feature }) => feature)).join(', ')})`;
  switch (layer) {
    case 'landlock':
      return explainLandlock(name, reason, machine);
    case 'privdrop':
      return explainUser(`${name} is missing: ${reason}`, machine);
    case 'caps':
      return {
        what: `${name} stays unchanged: ${reason}${unneeded === undefined ? '' : `; ${unneeded}`}`,
        remedy:
          'Run as root, with CAP_SETPCAP. Without it, no_new_privs still prevents the process from gaining privileges.',
      };
    case 'seccomp':
      return { what: `${name} is missing: ${reason}`, remedy: filterRemedy(machine) };
    default:
      return {
        what: `${name} is missing: ${reason}`,
        remedy: 'Run on Linux, on an architecture that has the launcher.',
      };
  }
}

/**
 * Explains why switching to a user fails, with facts of the machine.
 *
 * @param what - the message of the layer
 * @param machine - facts that may be the cause
 * @param hint - the advice of the layer
 */
export function explainUser(what: string, machine: Machine, hint?: string): Explanation {
  const { uid, tracer } = machine;
  if (tracer === 'proot') {
    return {
      what: `${what} (proot only pretends to be root)`,
      remedy: 'Run outside of proot, or as an ordinary user.',
    };
  }
  if (uid.said === 0 && uid.real !== 0) {
    return {
      what: `${what} (fakeroot only pretends to be root; the kernel sees uid ${uid.real})`,
      remedy: 'Run outside of fakeroot: as root, or as the user that downloads.',
    };
  }
  return { what, remedy: hint ?? 'Run as root, or as the user that downloads.' };
}

const calls = 'landlock_create_ruleset, landlock_add_rule and landlock_restrict_self';

/** The causes of a missing Landlock; the first that applies counts: [applies?, cause, remedy]. */
function explainLandlock(name: string, reason: string, machine: Machine): Explanation {
  const { kernel, securityModules, hasLandlockBuilt, emulatedOn, isFiltered } = machine;
  const isAbsent = reason.includes('ENOSYS');
  const filter = `Let the container's filter allow ${calls}, for instance with a newer container engine.`;
  const causes: readonly (readonly [applies: boolean, why: string, remedy: string])[] = [
    [
      reason.includes('EOPNOTSUPP'),
      `Landlock is built into Linux ${kernel}, but is not in lsm=`,
      `Boot with "lsm=landlock,${securityModules ?? 'lockdown,yama,integrity,bpf'}".`,
    ],
    [
      isAbsent && emulatedOn !== undefined,
      `qemu-user does not pass the calls of Landlock on to the ${emulatedOn ?? ''} kernel`,
      "Run on the machine's own architecture, or in a virtual machine.",
    ],
    [
      isAbsent && isOlderThan(kernel, 5, 13),
      `Linux ${kernel} is older than 5.13, the first with Landlock`,
      'Use a newer kernel.',
    ],
    [isAbsent && hasLandlockBuilt === true, 'this kernel has Landlock, but a system-call filter hides it', filter],
    [
      isAbsent && hasLandlockBuilt === false,
      `Linux ${kernel} was built without CONFIG_SECURITY_LANDLOCK`,
      "Use a kernel that is built with it, such as Arch's linux.",
    ],
    [isAbsent && isFiltered, 'a system-call filter hides it, or the kernel was built without it', filter],
    [/EPERM|EACCES|refused/.test(reason), `a system-call filter forbids it: ${reason}`, filter],
  ];
  const [, why, remedy] = causes.find(([applies]) => applies) ?? [true, reason, 'Use a newer kernel, with Landlock.'];
  return { what: `${name} is missing: ${why}`, remedy };
}

function filterRemedy({ emulatedOn, isContainer }: Machine): string {
  if (emulatedOn !== undefined) return "qemu-user does not support filters: run on the machine's own architecture.";
  if (isContainer) return "Let the container's own filter allow seccomp(2).";
  return 'Use a kernel that is built with CONFIG_SECCOMP_FILTER.';
}

function isOlderThan(release: string, major: number, minor: number): boolean {
  const [ours = 0, theirs = 0] = release.split('.').map((part) => Number.parseInt(part, 10));
  return ours < major || (ours === major && theirs < minor);
}
