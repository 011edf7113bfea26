import {
  type DeniedCall,
  deniedClause,
  errnoName,
  isMapped,
  mayBeStranger,
  missingPrebuild,
  type PrebuildMissing,
  readIdMap,
} from '@sb/core';

import { native } from './native.js';

/** What this kernel can do. Plain data, so that every kernel can be planned on any machine. */
export type LandlockSupport =
  | {
      readonly state: 'available';
      /** The kernel's Landlock ABI, 1 or more. */
      readonly abi: number;
      /**
       * Numbers of the errata that are fixed in this kernel, 1 and up; empty if the kernel cannot be asked (before 6.15,
       * unless that was backported).
       */
      readonly errata: readonly number[];
      /** Whether some uids have no mapping in this user namespace: owners without a mapping cannot be distinguished. */
      readonly unmapped?: boolean;
    }
  | {
      /**
       * - `disabled-at-boot`: built in and not enabled (`EOPNOTSUPP`).
       * - `not-built`: not in this kernel, or hidden by a system-call filter that gives the same answer (`ENOSYS`).
       * - `blocked`: the query or one of the calls is refused, usually by a system-call filter.
       * - `too-many-layers`: sixteen rulesets are in force already, and the kernel allows no more.
       * - `unsupported-platform`: not Linux.
       */
      readonly state: 'disabled-at-boot' | 'not-built' | 'blocked' | 'too-many-layers' | 'unsupported-platform';
      readonly abi: 0;
      readonly errata: readonly [];
      readonly reason: string;
    }
  | ({ readonly abi: 0; readonly errata: readonly [] } & PrebuildMissing);

/** The states in which the kernel can restrict nothing. */
export type Unavailable = Exclude<LandlockSupport['state'], 'available' | 'prebuild-missing'>;

/** The reason and the remedy of each state. */
export const obstacles: Readonly<Record<Unavailable, { readonly reason: string; readonly hint: string }>> = {
  'disabled-at-boot': {
    reason: 'this kernel has Landlock, but it is not enabled (EOPNOTSUPP)',
    hint: 'Add landlock to the lsm= boot parameter, for instance "lsm=landlock,lockdown,yama,bpf".',
  },
  'not-built': {
    reason: 'this kernel has no Landlock (ENOSYS)',
    hint: 'Use Linux 5.13 or later built with CONFIG_SECURITY_LANDLOCK; in a container, let its system-call filter allow the landlock calls.',
  },
  blocked: {
    reason: 'asking for Landlock was refused',
    hint: 'A system-call filter forbids it: let it allow landlock_create_ruleset, landlock_add_rule and landlock_restrict_self.',
  },
  'too-many-layers': {
    reason: 'sixteen rulesets are in force already, and the kernel allows no more (E2BIG)',
    hint: 'Each sandbox around this one has a ruleset: nest fewer of them, or put all rules in one policy and restrict once.',
  },
  'unsupported-platform': {
    reason: 'Landlock exists on Linux only',
    hint: "Run on Linux, or set the layer's level to prefer.",
  },
};

/**
 * Asks the kernel what it can do. It never throws for a missing feature: the answer says so.
 *
 * @see landlock_create_ruleset(2), flags LANDLOCK_CREATE_RULESET_VERSION and LANDLOCK_CREATE_RULESET_ERRATA
 */
export function support(): LandlockSupport {
  if (process.platform !== 'linux') return unavailable('unsupported-platform');
  const missing = missingPrebuild(native);
  if (missing !== undefined) return { ...missing, abi: 0, errata: [] };
  const kernel = supportFrom(native().query('abi'), native().query('errata'), native().denied());
  return kernel.state === 'available' && hasStrangers() ? { ...kernel, unmapped: true } : kernel;
}

/**
 * Whether the overflow uid stands only for users without a mapping. If a user has that uid too, their files cannot be told
 * apart. If the map cannot be read, for example under rules that do not grant it, each owner counts as it reads, which is the
 * stricter way.
 */
function hasStrangers(): boolean {
  try {
    const map = readIdMap('uid');
    return mayBeStranger(map.overflow, map) && !isMapped(map.overflow, map);
  } catch {
    return false;
  }
}

/**
 * Reads the kernel's two answers. Pure.
 *
 * @param abi - the ABI, or -errno
 * @param errata - the bit mask of fixed errata; -errno on a kernel that cannot be asked
 * @param denied - calls that a filter answers in place of the kernel, and the call that fails with E2BIG
 */
export function supportFrom(abi: number, errata: number, denied: readonly DeniedCall[] = []): LandlockSupport {
  const [first] = denied;
  if (abi > 0 && first !== undefined) {
    if (errnoName(first.errno) === 'E2BIG') return unavailable('too-many-layers');
    return { ...unavailable('blocked'), reason: deniedClause(first) };
  }
  if (abi > 0) return { state: 'available', abi, errata: errata > 0 ? bitsOf(errata) : [] };
  const errno = abi === 0 ? 'ENOSYS' : errnoName(abi);
  if (errno === 'EOPNOTSUPP' || errno === 'ENOTSUP') return unavailable('disabled-at-boot');
  if (errno === 'ENOSYS') return unavailable('not-built');
  return { ...unavailable('blocked'), reason: `${obstacles.blocked.reason} (${errno})` };
}

function unavailable(state: Unavailable): Extract<LandlockSupport, { state: Unavailable }> {
  return { state, abi: 0, errata: [], reason: obstacles[state].reason };
}

/** Erratum n is bit n-1. */
function bitsOf(mask: number): readonly number[] {
  return Array.from({ length: 31 }, (_, bit) => bit + 1).filter((number) => (mask & (1 << (number - 1))) !== 0);
}
