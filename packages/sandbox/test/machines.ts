import { capabilityName } from '@sb/caps';

import type { SandboxSupport } from '../src/plan/plan.js';

const all = Array.from({ length: 41 }, (_, number) => capabilityName(number));
const everyId = { ranges: [[0, 0xffff_ffff]], overflow: 65_534 } as const;
const onlyRoot = { ranges: [[0, 1]], overflow: 65_534 } as const;

/** Root on a kernel that has everything that is known here. */
export const root = {
  launcher: true,
  privdrop: {
    state: 'available',
    identity: { uid: [0, 0, 0, 0], gid: [0, 0, 0, 0], groups: [0, 27] },
    setuid: true,
    setgid: true,
    setgroups: 'allowed',
    uidMap: everyId,
    gidMap: everyId,
    noNewPrivs: 'available',
  },
  caps: {
    state: 'available',
    last: 40,
    present: {
      effective: all,
      permitted: all,
      inheritable: [],
      bounding: all,
      ambient: [],
      noNewPrivs: false,
      securebits: [],
    },
  },
  landlock: { state: 'available', abi: 7, errata: [] },
  seccomp: {
    state: 'available',
    machine: 'x86_64',
    actions: ['kill-process', 'kill-thread', 'trap', 'errno', 'user-notify', 'trace', 'log', 'allow'],
    flags: ['tsync', 'log', 'spec_allow'],
    noNewPrivs: false,
    filters: 0,
  },
  proofKey: 0x8000_0000n,
} as const satisfies SandboxSupport;

/** Somebody without any capability. */
export const ordinary: SandboxSupport = {
  ...root,
  privdrop: {
    ...root.privdrop,
    identity: { uid: [1000, 1000, 1000, 1000], gid: [1000, 1000, 1000, 1000], groups: [27] },
    setuid: false,
    setgid: false,
  },
  caps: { ...root.caps, present: { ...root.caps.present, effective: [], permitted: [] } },
};

/** `unshare -Ur`: root of a namespace with one user, where setgroups(2) is denied. */
export const namespaceRoot: SandboxSupport = {
  ...root,
  privdrop: { ...root.privdrop, setgroups: 'denied', uidMap: onlyRoot, gidMap: onlyRoot },
};

/** Not Linux. */
export const elsewhere: SandboxSupport = {
  launcher: false,
  privdrop: { ...root.privdrop, noNewPrivs: 'unsupported' },
  caps: { state: 'unsupported-platform', reason: 'darwin has no capabilities' },
  landlock: { state: 'unsupported-platform', abi: 0, errata: [], reason: 'darwin has no Landlock' },
  seccomp: { state: 'unsupported-platform', reason: 'darwin has no seccomp' },
  proofKey: root.proofKey,
};

/** A kernel without Landlock, or with an older one. */
export function withLandlock(abi: number): SandboxSupport {
  const none = { state: 'not-built', abi: 0, errata: [], reason: 'this kernel has no Landlock' } as const;
  return { ...root, landlock: abi === 0 ? none : { state: 'available', abi, errata: [] } };
}

/** A kernel without seccomp filters. */
export const withoutSeccomp: SandboxSupport = {
  ...root,
  seccomp: { state: 'unsupported-kernel', reason: 'this kernel has no seccomp filters' },
};
