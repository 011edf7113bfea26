import { capabilityName, type CapsPolicy } from '@sb/caps';

import type { LayerPolicies } from '../plan/layers.js';
import type { SandboxSupport } from '../plan/plan.js';

/** A kind of process on a kind of kernel, on which a compiled sandbox may run. */
export interface Machine {
  /** The kernel's Landlock ABI; 0 without Landlock. */
  readonly abi: number;
  /** Whether CAP_SETPCAP is effective, as in a process of root. */
  readonly privileged: boolean;
  readonly support: SandboxSupport;
}

/**
 * The machines that differ for a policy: up to its ABI, with root's rights and without.
 *
 * @param layers - of the policy
 * @param here - this machine, for what is the same on each
 */
export function machinesFor(layers: LayerPolicies, here: SandboxSupport): readonly Machine[] {
  const highest = layers.landlock?.abi ?? 0;
  return [true, false].flatMap((privileged) =>
    Array.from({ length: highest + 1 }, (_, abi) => ({
      abi,
      privileged,
      support: { ...here, ...identityOf(privileged, layers.caps, here), landlock: landlockOf(abi) },
    })),
  );
}

function landlockOf(abi: number): SandboxSupport['landlock'] {
  if (abi > 0) return { state: 'available', abi, errata: [] };
  return { state: 'not-built', abi: 0, errata: [], reason: 'the kernel has no Landlock' };
}

/** Any number other than root's: a policy that switches the user is not compiled for ordinary users. */
const somebody = 65_534;

/** The process that starts it. Its real rights decide at run time, and the launcher fails if they are fewer. */
function identityOf(
  privileged: boolean,
  policy: CapsPolicy | undefined,
  { privdrop, caps }: SandboxSupport,
): Pick<SandboxSupport, 'privdrop' | 'caps'> {
  if (privdrop.state !== 'available' || caps.state !== 'available') return { privdrop, caps };
  const all = Array.from({ length: caps.last + 1 }, (_, number) => capabilityName(number));
  const id = privileged ? 0 : somebody;
  const own = privileged ? all : (policy?.keep ?? []);
  return {
    privdrop: {
      state: 'available',
      identity: { uid: [id, id, id, id], gid: [id, id, id, id], groups: [] },
      setuid: privileged,
      setgid: privileged,
      setgroups: 'allowed',
      noNewPrivs: 'available',
    },
    caps: {
      state: 'available',
      last: caps.last,
      present: {
        effective: own,
        permitted: own,
        inheritable: [],
        bounding: all,
        ambient: [],
        noNewPrivs: false,
        securebits: [],
      },
    },
  };
}
