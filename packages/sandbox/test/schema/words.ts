import { readFileSync } from 'node:fs';

import { capabilityName } from '@sb/caps';
import { newestAbi, policy, ro } from '@sb/landlock';
import { arg, architectureNames, groupNames, presets, socketFamilies } from '@sb/seccomp';

import { filesystemPresets } from '../../src/policy/landlock-document.js';
import { levelLayers } from '../../src/policy/levels.js';
import { rlimitNumbers } from '../../src/policy/rlimits.js';

interface SyscallData {
  readonly calls: Readonly<Record<string, unknown>>;
  readonly elsewhere: readonly string[];
  readonly errnos: Readonly<Record<string, number>>;
}

const data = JSON.parse(
  readFileSync(new URL('../../../seccomp/src/data/syscalls.json', import.meta.url), 'utf8'),
) as SyscallData;

/** Every word that a policy may hold, from the tables of the code that reads policies. */
export const words = {
  filesystemPresets,
  fsRights: policy({ abi: newestAbi, paths: [ro('/')] }).handled.fs,
  levelLayers,
  rlimits: Object.keys(rlimitNumbers),
  capabilities: Array.from({ length: 64 }, (_, number) => capabilityName(number)),
  seccompPresets: Object.keys(presets),
  syscalls: [...Object.keys(data.calls), ...data.elsewhere].sort((a, b) => (a < b ? -1 : 1)),
  groups: groupNames,
  errnos: Object.keys(data.errnos),
  families: socketFamilies,
  architectures: architectureNames,
  comparisons: Object.keys(arg(0)),
};
