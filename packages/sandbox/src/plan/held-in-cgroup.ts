import type { FeatureReport } from '@sb/core';
import type { Machine } from '@sb/seccomp';

import type { CgroupSupport } from '../cgroup/support.js';
import { letsThrough } from '../filter/questions.js';
import { pathOf } from '../policy/path-text.js';
import type { LayerPolicies } from './layers.js';

/** Facts about the program that a cgroup is to hold. */
export interface Holding {
  readonly layers: LayerPolicies;
  readonly cgroup: CgroupSupport;
  /** The user that the program switches to; undefined for none. */
  readonly user: number | undefined;
  /** Whether the program has any capability. */
  readonly isCapable: boolean;
  /** The lines of Landlock. */
  readonly lines: readonly FeatureReport[];
  /** On which the filter is loaded; undefined without a filter. */
  readonly machine: Machine | undefined;
}

/** Whether the program has no right of the user who made the cgroup. Pure. */
export function isOfAnother({ cgroup, user, isCapable }: Holding): boolean {
  return cgroup.state === 'available' && user !== undefined && user !== cgroup.owner && !isCapable;
}

/**
 * Whether no process of the sandbox can leave its cgroup or change its limits. Another user than the one who made it
 * has no right to. For the same user Landlock must deny writing there, and the filter must deny clone3(2).
 * With CLONE_INTO_CGROUP that call asks only for the rights of the user, which Landlock does not change. Pure.
 */
export function isHeldInCgroup(holding: Holding): boolean {
  const { layers, cgroup, lines, machine } = holding;
  if (cgroup.state !== 'available') return false;
  if (isOfAnother(holding)) return true;
  const { landlock, seccomp } = layers;
  const isBounded = lines.some(({ feature, state }) => feature === 'fs.write_file' && state === 'enforced');
  if (landlock === undefined || !isBounded || seccomp === undefined || machine === undefined) return false;
  const places = [...new Set([cgroup.place, ...cgroup.mounts])];
  const mayWrite = landlock.paths.some(
    ({ path, rights }) => rights.includes('write_file') && places.some((place) => overlap(pathOf(path), place)),
  );
  return !mayWrite && !letsThrough(seccomp, machine, ['clone3']);
}

/** Whether one of two paths is beneath the other. Links are followed only when the cgroup is made. */
function overlap(one: string, other: string): boolean {
  const [a, b] = [`${one}/`.replace('//', '/'), `${other}/`.replace('//', '/')];
  return a.startsWith(b) || b.startsWith(a);
}
