/** The mounts of bubblewrap: each is made over those before it, where the paths of a policy add up. */
import { posix } from 'node:path';

import type { Flag } from './flags.js';
import type { UnsaidSetting } from './imported.js';

const isBind = /^--(?:(?:ro|dev)-)?bind(?:-try)?$/;

/** Whether a bind mount is read-only, by its option. */
export const isReadOnly = (name: string): boolean => name.startsWith('--ro-');

/** The bind mounts that a program sees something of: one at the same path, or at a path above, hides those before it. */
export function seenBinds(flags: readonly Flag[]): readonly Flag[] {
  const seen: Flag[] = [];
  const later = new Set<string>();
  for (const bind of flags.filter(({ name }) => isBind.test(name)).toReversed()) {
    if (aboveIn(later, bind) !== undefined) continue;
    seen.push(bind);
    later.add(placeOf(bind));
  }
  return seen.toReversed();
}

/** Names read-only mounts below one that can be written to: a policy that grants the upper path grants those below, too. */
export function writableAgain(binds: readonly Flag[]): readonly UnsaidSetting[] {
  const isGranted = ({ name, values: [from, to] }: Flag) => !isReadOnly(name) && from === to;
  const open = new Set(binds.filter(isGranted).map(placeOf));
  return binds.flatMap((bind) => {
    const above = isReadOnly(bind.name) ? aboveIn(open, bind) : undefined;
    if (above === undefined) return [];
    const what = `is read-only there, and can be written to here, as part of ${above.slice(0, 100)}`;
    return [{ path: [bind.name, ...bind.values].join(' ').slice(0, 200), what }];
  });
}

/**
 * Names a private /tmp that hides what the policy grants there: by a mount before it, at that path, above or beneath. The
 * policy adds up, so the machine's /tmp can be reached beside the private one.
 */
export function hiddenTmp(flags: readonly Flag[], binds: readonly Flag[]): readonly UnsaidSetting[] {
  const at = flags.findLastIndex(({ name, values }) => name === '--tmpfs' && values[0] === '/tmp');
  const before = new Set(flags.slice(0, Math.max(at, 0)));
  const granted = binds.find((bind) => {
    const place = placeOf(bind);
    const meets = isBeneath('/tmp', place) || isBeneath(place, '/tmp');
    return before.has(bind) && bind.values[0] === bind.values[1] && meets;
  });
  if (granted === undefined) return [];
  const what = `hides the machine's files there, and here they are granted, as part of ${placeOf(granted).slice(0, 100)}`;
  return [{ path: '--tmpfs /tmp', what }];
}

const isBeneath = (path: string, folder: string): boolean =>
  path === folder || folder === '/' || path.startsWith(`${folder}/`);

/** Where a mount is, without doubled and last slashes. */
const placeOf = ({ values: [, to = ''] }: Flag): string => posix.normalize(to).replace(/(?<=.)\/$/, '');

/** PATH_MAX: the kernel takes no longer path (path_resolution(7)). */
const longest = 4096;

/** The path of a set that is that of a mount, or above it. */
function aboveIn(paths: ReadonlySet<string>, bind: Flag): string | undefined {
  let path = placeOf(bind);
  if (path.length > longest) return undefined;
  while (!paths.has(path)) {
    const above = posix.dirname(path);
    if (above === path) return undefined;
    path = above;
  }
  return path;
}
