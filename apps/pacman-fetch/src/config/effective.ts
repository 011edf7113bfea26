import { join } from 'node:path';

import { FetchError } from '../errors.js';
import type { Configuration } from './configuration.js';
import { type OwnName, ownNames } from './own-directives.js';
import { originText, type Value } from './place.js';
import { chooseUser } from './sandbox-user.js';
import type { ChosenWord } from './sandbox-settings.js';

/** The directives of pacman-fetch as they take effect, including values that follow from others. */
export interface Effective {
  /** In the order of `conf`; a directive without values is absent. */
  readonly values: ReadonlyMap<OwnName, readonly Value[]>;
  /** Why no user can be chosen; undefined if there is a SandboxUser. */
  readonly nobody: string | undefined;
}

/**
 * Returns what is in effect on this machine. If no user is named, it looks up the owner of the cache directory.
 *
 * @param configuration - from `loadConfiguration`
 */
export function effective(configuration: Configuration): Effective {
  const { sandbox } = configuration;
  const { useSandbox, levels, preset } = sandbox;
  const user = userOf(configuration);
  const values: Readonly<Record<OwnName, readonly Value[]>> = {
    UseSandbox: [value(useSandbox)],
    SandboxUser: typeof user === 'string' ? [] : [user],
    SandboxUserSwitch: [value(levels.userSwitch)],
    SandboxCapabilities: [value(levels.capabilities)],
    SandboxFilesystem: [value(levels.filesystem)],
    SandboxSyscalls: [value(levels.syscalls)],
    SandboxPreset: preset === undefined ? [] : [value(preset)],
    SandboxReadable: sandbox.readable,
    SandboxWritable: sandbox.writable,
    SandboxPorts: sandbox.ports,
    SandboxDenySyscalls: sandbox.denySyscalls,
    SandboxAllowSyscalls: sandbox.allowSyscalls,
    FetchAhead: [value(sandbox.fetchAhead)],
    XferCommand: sandbox.xferCommand === undefined ? [] : [sandbox.xferCommand],
  };
  return {
    values: new Map(ownNames.map((name) => [name, values[name]])),
    nobody: typeof user === 'string' ? user : undefined,
  };
}

function value({ word, origin }: ChosenWord<string>): Value {
  return { text: word, origin };
}

/** The first cache directory, to which packages are downloaded. */
function cacheFolder({ pacman }: Configuration): string {
  return pacman.options.get('CacheDir')?.[0]?.text ?? '/var/cache/pacman/pkg/';
}

/** The user, or the reason why none can be chosen. */
function userOf(configuration: Configuration): Value | string {
  const { user } = configuration.sandbox;
  if (user?.key === 'SandboxUser') return user;
  if (user !== undefined) {
    return { text: user.text, origin: { kind: 'inferred', from: `DownloadUser in ${originText(user.origin)}` } };
  }
  try {
    const chosen = chooseUser(configuration.sandbox, join(cacheFolder(configuration), 'package'));
    if (chosen.kind !== 'switch') return chosen.source;
    const { name, uid } = chosen.policy;
    return { text: name ?? String(uid), origin: { kind: 'inferred', from: chosen.source } };
  } catch (error) {
    if (error instanceof FetchError) return error.message;
    throw error;
  }
}
