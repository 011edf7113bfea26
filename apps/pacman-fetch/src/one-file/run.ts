import type { Destination } from '@sb/fetcher/files';
import type { OneFileEvents, OneFileRequest } from '@sb/fetcher/in-this-process';
import type { EnforcementReport } from '@sb/core';

import type { SandboxSettings } from '../config/sandbox-settings.js';
import type { SandboxUser } from '../config/sandbox-user.js';

/** One download, with everything that it needs open. */
export interface Run {
  readonly request: OneFileRequest;
  readonly destination: Destination;
  readonly settings: SandboxSettings;
  readonly user: SandboxUser;
  /** Descriptors in addition to FILE's that this process writes to. */
  readonly written: readonly number[];
  /** The worker's program; tests use a hostile one. */
  readonly program: string | undefined;
}

/** The events of a run. */
export interface RunEvents extends OneFileEvents {
  /** Called with what is in force, before the network is used. */
  readonly onEnforcement: (report: EnforcementReport) => void;
}

/** All layers, by their names in `@sb/sandbox`. */
export const allLayers = ['privdrop', 'caps', 'landlock', 'seccomp'] as const;

/** The user to which `@sb/sandbox` switches the process that downloads; undefined: it keeps its ids. */
export function optionsUser(user: SandboxUser): { readonly user: number; readonly group: number } | undefined {
  return user.kind === 'switch' ? { user: user.policy.uid, group: user.policy.gid } : undefined;
}

/** Uid of the process that downloads. */
export function downloaderUid(user: SandboxUser): number | undefined {
  return user.kind === 'switch' ? user.policy.uid : process.geteuid?.();
}
