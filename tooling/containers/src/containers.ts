/* Filters that are over a program, as a container or another kernel has them. */
import { readFileSync } from 'node:fs';

import { allow, arg, errno, expandGroup, groupNames, type SeccompOptions } from '@sb/seccomp';

interface Profile {
  readonly capabilities: readonly string[];
  readonly blocked: Readonly<Record<string, readonly string[]>>;
}

const profile = JSON.parse(readFileSync(new URL('docker-default.json', import.meta.url), 'utf8')) as Profile;

const CLONE_NEW = 0x7e02_0000;
const AF_VSOCK = 40;
/** Linux, BSD, 32-bit, both, and the question what it is: PER_* of linux/personality.h. */
const personalities = [0, 8, 0x2_0000, 0x2_0008, 0xffff_ffff] as const;

/** The filter of a container of Docker: an allow-list; every other call fails with EPERM, clone3 with ENOSYS. */
export function dockerFilter(): SeccompOptions {
  const blocked = new Set([...Object.values(profile.blocked).flat(), 'clone', 'clone3', 'personality']);
  const known = new Set(groupNames.flatMap((group) => Array.from(expandGroup(group).keys())));
  return {
    base: 'deny-all',
    allow: [...known].filter((name) => !blocked.has(name)),
    rules: [
      { syscall: 'clone', when: [arg(0).maskedEq32(CLONE_NEW, 0)], action: allow },
      { syscall: 'clone3', action: errno('ENOSYS') },
      { syscall: 'socket', when: [arg(0).eq32(AF_VSOCK)], action: errno('EPERM') },
      ...personalities.map((value) => ({ syscall: 'personality', when: [arg(0).eq32(value)], action: allow })),
    ],
  };
}

/** Starts a program with the capabilities of such a container and no others. */
export const dockerCapabilities: readonly string[] = [
  '/usr/bin/setpriv',
  `--bounding-set=-all,${profile.capabilities.map((name) => `+${name}`).join(',')}`,
  '--inh-caps=-all',
];

const landlockCalls = ['landlock_create_ruleset', 'landlock_add_rule', 'landlock_restrict_self'] as const;

/** The filter under which a kernel seems to have no Landlock: ENOSYS, not built in; EOPNOTSUPP, not switched on. */
export function withoutLandlock(error: 'ENOSYS' | 'EOPNOTSUPP' | 'EPERM'): SeccompOptions {
  return { base: 'allow-all', rules: landlockCalls.map((syscall) => ({ syscall, action: errno(error) })) };
}
