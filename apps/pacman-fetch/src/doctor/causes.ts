import type { FeatureReport } from '@sb/core';

import type { Finding } from './diagnosis.js';
import { featureNames } from './feature-names.js';
import type { Machine } from './machine.js';

/** Cause and remedy of what is missing. */
type Explanation = Omit<Finding, 'level'>;

/**
 * Explains each layer of which something is missing, in one finding for all features with one reason.
 *
 * @param features - from a plan
 * @param machine - what may be the cause
 * @param level - how bad that is
 */
export function explainMissing(
  features: readonly FeatureReport[],
  machine: Machine,
  level: Finding['level'] = 'partial',
): readonly Finding[] {
  const missing = new Map<string, FeatureReport[]>();
  for (const line of withoutConsequences(features.filter(({ state }) => state === 'unsupported'))) {
    const key = `${line.layer} ${line.reason ?? ''} ${line.unneeded ?? ''}`;
    missing.set(key, [...(missing.get(key) ?? []), line]);
  }
  return Array.from(missing.values(), (lines): Finding => {
    const isUnneeded = lines.every(({ unneeded }) => unneeded !== undefined);
    return { level: isUnneeded ? 'note' : level, ...explain(lines, machine) };
  });
}

/** What starts other programs ends them by Landlock's scope for signals, which is a line itself. */
function withoutConsequences(missing: readonly FeatureReport[]): readonly FeatureReport[] {
  const isCause = missing.some(({ layer, feature }) => layer === 'landlock' && feature === 'scope.signal');
  return isCause ? missing.filter(({ feature }) => feature !== 'descendants') : missing;
}

function explain(lines: readonly FeatureReport[], machine: Machine): Explanation {
  const [{ layer, reason = 'no reason is known', unneeded } = { layer: '' }] = lines;
  const name = `${layer} (${featureNames(lines.map(({ feature }) => feature)).join(', ')})`;
  switch (layer) {
    case 'landlock':
      return explainLandlock(name, reason, machine);
    case 'privdrop':
      return explainUser(`${name} is missing: ${reason}`, machine);
    case 'caps':
      return {
        what: `${name} stays as it is: ${reason}${unneeded === undefined ? '' : `; ${unneeded}`}`,
        remedy: 'Run as root, with CAP_SETPCAP; without it no_new_privs keeps anything from being gained.',
      };
    case 'seccomp':
      return { what: `${name} is missing: ${reason}`, remedy: filterRemedy(machine) };
    default:
      return { what: `${name} is missing: ${reason}`, remedy: 'Run on Linux, for which the launcher is built.' };
  }
}

/**
 * Why a user can't be become, with what the machine adds to it.
 *
 * @param what - what the layer says
 * @param machine - what may be the cause
 * @param hint - what the layer itself advises
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
      remedy: 'Run outside of fakeroot: as root, or as the user who downloads.',
    };
  }
  return { what, remedy: hint ?? 'Run as root, or as the user who downloads.' };
}

const calls = 'landlock_create_ruleset, landlock_add_rule and landlock_restrict_self';

/** Each cause that answers a question for Landlock, the first that fits: [is it?, cause, remedy]. */
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
      `qemu-user doesn't pass on the calls of Landlock to the ${emulatedOn ?? ''} kernel`,
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
  if (emulatedOn !== undefined) return "qemu-user has no filters: run on the machine's own architecture.";
  if (isContainer) return "Let the container's own filter allow seccomp(2).";
  return 'Use a kernel that is built with CONFIG_SECCOMP_FILTER.';
}

function isOlderThan(release: string, major: number, minor: number): boolean {
  const [ours = 0, theirs = 0] = release.split('.').map((part) => Number.parseInt(part, 10));
  return ours < major || (ours === major && theirs < minor);
}
