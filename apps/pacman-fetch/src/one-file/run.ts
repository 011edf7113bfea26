import type { Destination } from '@sb/fetcher/files';
import type { OneFileEvents, OneFileRequest } from '@sb/fetcher/in-this-process';
import type { EnforcementReport } from '@sb/core';

import type { SandboxSettings } from '../config/sandbox-settings.js';
import type { SandboxUser } from '../config/sandbox-user.js';

/** One download, with all that it takes open. */
export interface Run {
  readonly request: OneFileRequest;
  readonly destination: Destination;
  readonly settings: SandboxSettings;
  readonly user: SandboxUser;
  /** Descriptors beside FILE's that this process writes to. */
  readonly written: readonly number[];
  /** The worker's program; tests put a hostile one here. */
  readonly program: string | undefined;
}

/** What is told of a run. */
export interface RunEvents extends OneFileEvents {
  /** Told what is in force, before anything is asked of the network. */
  readonly onEnforcement: (report: EnforcementReport) => void;
}

/** All layers, as `@sb/sandbox` calls them. */
export const allLayers = ['privdrop', 'caps', 'landlock', 'seccomp'] as const;

/** Whom `@sb/sandbox` is to make of the process that downloads; undefined: it stays who we are. */
export function optionsUser(user: SandboxUser): { readonly user: number; readonly group: number } | undefined {
  return user.kind === 'switch' ? { user: user.policy.uid, group: user.policy.gid } : undefined;
}

/** Uid of the process that downloads. */
export function downloaderUid(user: SandboxUser): number | undefined {
  return user.kind === 'switch' ? user.policy.uid : process.geteuid?.();
}
