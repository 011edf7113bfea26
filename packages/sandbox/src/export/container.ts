/** The common part of OCI runtimes, Docker and Kubernetes: a container with its own namespaces and files. */
import { toOci } from '@sb/seccomp/analysis';

import { rlimitsOf } from '../plan/process-features.js';
import type { RlimitValue } from '../policy/options.js';
import { unlimited } from '../policy/rlimits.js';
import type { MissingFeature } from './exported.js';
import { type Gaps, ownFiles } from './missing.js';
import { type ExportSubject, hasInternet, writesFiles } from './subject.js';

/**
 * Why a container does not enforce a feature. It sees no process and no abstract socket but its own, unless namespaces are
 * shared with it.
 */
export const containerGaps =
  (subject: ExportSubject): Gaps =>
  (feature) => {
    if (feature.startsWith('landlock.fs.')) return fileGap(subject, feature);
    if (feature.startsWith('landlock.net.') && hasInternet(subject)) return 'a container has no rule for a port';
    switch (feature) {
      case 'process.tmp':
      case 'process.home':
        return 'a container has no directory that goes with the last process of a start';
      case 'process.exec_once':
        return 'a filter in a profile cannot tell the first execution from others';
      case 'process.keep_descriptors':
        return 'a container gets no descriptors';
      case 'privdrop.private_group':
        return 'the group is drawn for each start';
      default:
        return undefined;
    }
  };

function fileGap(subject: ExportSubject, feature: string): string | undefined {
  if (feature === 'landlock.fs.write_file' && !writesFiles(subject)) return ownFiles;
  return 'a container sees the files of its image and volumes, and a profile has no rule for a path in them';
}

/** Ids in numbers: names may mean somebody else in the image. */
export interface ContainerUser {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

/** Whom the container's process is; undefined where the sandbox changes no user. */
export function userOf({ layers: { privdrop } }: ExportSubject): ContainerUser | undefined {
  return privdrop && { uid: privdrop.uid, gid: privdrop.gid, groups: privdrop.groups };
}

/** Capabilities as the kernel's header has them; undefined where the sandbox leaves them. */
export function capabilitiesOf({ layers: { caps } }: ExportSubject): readonly string[] | undefined {
  return caps?.ambient.map((name) => name.toUpperCase());
}

/** The profile in JSON, and what it cannot express; undefined if the sandbox has no filter. */
export function profileOf({
  layers: { seccomp },
}: ExportSubject): { readonly document: string; readonly missing: readonly MissingFeature[] } | undefined {
  if (seccomp === undefined) return undefined;
  const { document, unsaid } = toOci(seccomp);
  // Number -1 does not name a call, so a program cannot use it.
  const differing = unsaid.filter(({ path }) => path !== '(number)');
  const missing = differing.map(({ path, what }) => ({
    feature: `seccomp.filter.${path}`,
    why: what,
    instead: 'Nothing is let through that the sandbox denies; only the answer differs.',
  }));
  return { document, missing };
}

/** A limit as a number that 64 bits have. */
export const limitNumber = (value: RlimitValue): string => String(value === 'unlimited' ? unlimited : value);

/** The limits of the sandbox, by name. */
export function limitsOf({ policy }: ExportSubject): readonly (readonly [name: string, value: RlimitValue])[] {
  return Object.entries(rlimitsOf(policy)).map(([name, value]) => [name, value] as const);
}

/** Whether the root file system may be read-only: the sandbox lets nothing else be written to. */
export const isReadOnly = (subject: ExportSubject): boolean => !writesFiles(subject);
