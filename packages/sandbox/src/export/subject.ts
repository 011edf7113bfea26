import type { LandlockPolicy } from '@sb/landlock';
import type { Machine } from '@sb/seccomp';

import type { LayerPolicies } from '../plan/layers.js';
import { rlimitsOf } from '../plan/process-features.js';
import type { SandboxPolicy } from '../policy/options.js';
import type { TopLink } from './top-links.js';

/** What is exported. */
export interface ExportSubject {
  /** With what its profile says. */
  readonly policy: SandboxPolicy;
  readonly layers: LayerPolicies;
  /** The program and its arguments; empty where none is named. */
  readonly command: readonly string[];
  /** Whose calls the filter is about. */
  readonly machine: Machine;
  /** What leads from `/` to what is granted, where the engine runs programs of this machine. */
  readonly links: readonly TopLink[];
}

/** Rights that follow from reading, writing or executing, wherever those are told apart at all. */
const coarse: Readonly<Record<string, string>> = {
  read_dir: 'read_file',
  remove_dir: 'write_file',
  remove_file: 'write_file',
  make_char: 'write_file',
  make_dir: 'write_file',
  make_reg: 'write_file',
  make_sock: 'write_file',
  make_fifo: 'write_file',
  make_block: 'write_file',
  make_sym: 'write_file',
  truncate: 'write_file',
  refer: 'write_file',
};

/**
 * What the sandbox enforces, by the names of its report. All that the filter enforces is one of them. Rights for files are
 * distinguished as far as other engines distinguish them.
 */
export function featuresOf({ policy, layers }: ExportSubject): readonly string[] {
  const { privdrop, caps, landlock, seccomp } = layers;
  const files = new Set((landlock?.handled.fs ?? []).map((right) => coarse[right] ?? right));
  return [
    ...(privdrop === undefined ? [] : ['privdrop.user', 'privdrop.groups']),
    ...((policy.privateGroup ?? 'off') === 'off' ? [] : ['privdrop.private_group']),
    ...(caps === undefined ? [] : ['caps.capabilities']),
    'caps.no_new_privs',
    ...[...files].map((right) => `landlock.fs.${right}`),
    ...(landlock?.handled.net ?? []).map((right) => `landlock.net.${right}`),
    ...(landlock?.scope ?? []).map((name) => `landlock.scope.${name}`),
    ...(seccomp === undefined ? [] : ['seccomp.filter']),
    ...processFeatures(policy),
  ];
}

function processFeatures(policy: SandboxPolicy): readonly string[] {
  const { newSession = true, dieWithParent = true, execOnce = false } = policy;
  return [
    'process.environment',
    'process.descriptors',
    ...(newSession ? ['process.new_session'] : []),
    ...(dieWithParent ? ['process.die_with_parent'] : []),
    ...Object.keys(rlimitsOf(policy)).map((name) => `process.rlimit.${name}`),
    ...Object.keys(policy.cgroup ?? {}).map((name) => `process.cgroup.${name}`),
    ...(policy.tmp === undefined ? [] : ['process.tmp']),
    ...(policy.home === undefined ? [] : ['process.home']),
    ...(policy.umask === undefined ? [] : ['process.umask']),
    ...(policy.cwd === undefined ? [] : ['process.cwd']),
    ...(execOnce ? ['process.exec_once'] : []),
    ...((policy.keepDescriptors ?? []).length === 0 ? [] : ['process.keep_descriptors']),
  ];
}

/** Whether a socket of the internet can be made under the filter. */
export function hasInternet({ layers: { seccomp } }: ExportSubject): boolean {
  const sockets = seccomp?.sockets ?? 'any';
  return sockets === 'any' || sockets.includes('AF_INET') || sockets.includes('AF_INET6');
}

/** Whether the sandbox may write to something other than a device or the private directory of a start. */
export function writesFiles({ layers: { landlock } }: ExportSubject): boolean {
  if (landlock?.handled.fs.includes('write_file') !== true) return true;
  return landlock.paths.some(({ path, rights }) => rights.includes('write_file') && !isDevice(path));
}

const isDevice = (path: LandlockPolicy['paths'][number]['path']): boolean =>
  typeof path === 'string' && path.startsWith('/dev/');
