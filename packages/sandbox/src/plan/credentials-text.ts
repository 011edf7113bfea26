import { escaped } from '@sb/core';
import { byteText } from '@sb/files';
import type { LandlockPolicy } from '@sb/landlock';

import { credentialPaths, homesOf, realOf } from '../grant/homes.js';
import { isWithin, RealPaths } from '../grant/real-paths.js';
import type { SandboxPolicy } from '../policy/options.js';
import { pathOf } from '../policy/path-text.js';

/**
 * Describes which credentials of the home directories a ruleset leaves readable, and what happens to names that appear
 * later.
 *
 * @param landlock - the ruleset
 * @param policy - for the users
 */
export function credentialsText(landlock: LandlockPolicy, policy: SandboxPolicy): string {
  const homes = homesOf(policy.user);
  if (homes.length === 0) return 'no home directory: nothing to look for';
  const granted = landlock.paths
    .filter(({ rights }) => rights.includes('read_file'))
    .map(({ path }) => realOf(pathOf(path)));
  using paths = new RealPaths();
  const known = credentialPaths(homes, paths);
  const open = known.filter((path) => paths.isThere(byteText(path)) && granted.some((rule) => isWithin(path, rule)));
  const divided = homes.filter((home) => granted.some((rule) => isWithin(rule, realOf(home)) && rule !== realOf(home)));
  return [
    open.length === 0 ? 'not granted' : `readable, because a rule grants them: ${open.map(escaped).join(' ')}`,
    `looked for in ${homes.map(escaped).join(' and ')}`,
    ...(divided.length === 0 || open.length > 0 ? [] : ['names that appear beside them later are denied too']),
  ].join('; ');
}
