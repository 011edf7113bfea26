import { escaped } from '@sb/core';

import { limitsOf } from './container.js';
import type { Written } from './exported.js';
import { type Gaps, missingOf, ownFiles } from './missing.js';
import { type Mount, mountsOf } from './mounts.js';
import { type ExportSubject, hasInternet } from './subject.js';
import { unitFilter } from './unit-filter.js';
import { commandWord, unitPath, unitWord } from './unit-word.js';

/**
 * A unit for systemd 257. The rights for files become mounts in a private mount namespace.
 *
 * @throws SeccompError `inexpressible` where the filter does not list this machine; `too-complex`
 */
export function toUnit(subject: ExportSubject): Written {
  const { policy, command } = subject;
  const filter = unitFilter(subject);
  const missing = [...missingOf(subject, gapsOf(subject)), ...filter.missing];
  const lines = [
    ...(command.length === 0
      ? ['# ExecStart=/path/of/the/program']
      : [`ExecStart=${command.map(commandWord).join(' ')}`]),
    ...userLines(subject),
    'NoNewPrivileges=yes',
    ...capabilityLines(subject),
    ...filter.settings,
    ...fileLines(subject),
    ...(hasInternet(subject) ? [] : ['PrivateNetwork=yes']),
    ...cgroupLines(policy),
    ...limitsOf(subject).map(
      ([name, value]) => `Limit${name.toUpperCase()}=${value === 'unlimited' ? 'infinity' : value}`,
    ),
    ...Object.entries(policy.env ?? {}).map((pair) => `Environment=${unitWord(pair.join('='))}`),
    ...(policy.cwd === undefined ? [] : [`WorkingDirectory=${unitPath(policy.cwd)}`]),
    ...(policy.umask === undefined ? [] : [`UMask=${policy.umask.toString(8).padStart(4, '0')}`]),
    ...(policy.tmp === undefined ? [] : ['PrivateTmp=yes']),
    'KillMode=control-group',
  ];
  const notes = missing.map(({ feature, why }) => `# not enforced: ${escaped(feature)}: ${escaped(why)}\n`).join('');
  return {
    text: `[Unit]\nDescription=Made by sb-run --export systemd\n\n${notes}[Service]\n${lines.join('\n')}\n`,
    missing,
  };
}

/** Memory is all in RAM, as in the sandbox. */
function cgroupLines({ cgroup: { memory, pids, cpu } = {} }: ExportSubject['policy']): readonly string[] {
  return [
    ...(memory === undefined ? [] : [`MemoryMax=${memory}`, 'MemorySwapMax=0', 'OOMPolicy=kill']),
    ...(pids === undefined ? [] : [`TasksMax=${pids}`]),
    ...(cpu === undefined ? [] : [`CPUQuota=${cpu}%`]),
  ];
}

function userLines({ layers: { privdrop } }: ExportSubject): readonly string[] {
  if (privdrop === undefined) return [];
  const groups = privdrop.groups.length === 0 ? [] : [`SupplementaryGroups=${privdrop.groups.join(' ')}`];
  return [`User=${privdrop.uid}`, `Group=${privdrop.gid}`, ...groups];
}

function capabilityLines({ layers: { caps } }: ExportSubject): readonly string[] {
  if (caps === undefined) return [];
  const kept = caps.ambient.map((name) => name.toUpperCase()).join(' ');
  return [`CapabilityBoundingSet=${kept}`, `AmbientCapabilities=${kept}`];
}

function fileLines(subject: ExportSubject): readonly string[] {
  const found = mountsOf(subject);
  if (found === undefined) return [];
  const mounts = found.mounts.filter(({ path }) => !/^\/(?:dev|proc|sys)(?:\/|$)/.test(path));
  const word = ({ path, optional }: Mount) => unitWord(`${optional ? '-' : ''}${path}`);
  const list = (name: string, some: readonly Mount[]) => some.map((one) => `${name}=${word(one)}`);
  const has = (path: string) => mounts.some((one) => one.path === path);
  const shown = has('/')
    ? [
        'ProtectSystem=strict',
        ...list(
          'ReadWritePaths',
          mounts.filter(({ write }) => write),
        ),
      ]
    : [
        // Not NoExecPaths=/, which systemd 257 takes for the same mount, and leaves this one out.
        `TemporaryFileSystem=/:ro,noexec${has('/run') ? '' : ' /run:ro,noexec'}`,
        ...found.links.map(({ path }) => `BindReadOnlyPaths=-${unitWord(path)}`),
        ...list(
          'BindReadOnlyPaths',
          mounts.filter(({ write }) => !write),
        ),
        ...list(
          'BindPaths',
          mounts.filter(({ write }) => write),
        ),
      ];
  const executed = [
    ...list(
      'NoExecPaths',
      mounts.filter(({ execute }) => !execute),
    ),
    ...list(
      'ExecPaths',
      mounts.filter(({ execute }) => execute),
    ),
  ];
  const isShared = found.mounts.some(({ path, write }) => write && /^\/dev(?:\/shm(?:\/|$)|$)/.test(path));
  const memory = isShared ? [] : ['ReadOnlyPaths=-/dev/shm', 'NoExecPaths=-/dev/shm'];
  // Where the files of the machine are shown, an empty /run that can be written to would hide its /run.
  const kernels = has('/') ? [] : ['MountAPIVFS=yes'];
  return [...shown, ...executed, ...memory, ...kernels, 'PrivateDevices=yes'];
}

/** What no unit has. */
const never: Readonly<Record<string, string>> = {
  'privdrop.groups': 'systemd adds the groups of the entries of the user',
  'privdrop.private_group': 'the group is drawn for each start',
  'landlock.scope.signal': 'a unit shares the processes of the machine',
  'process.home': 'HOME is not put beside the private /tmp',
  'process.exec_once': 'the key of the first execution is drawn for each start',
  'process.keep_descriptors': 'a unit gets its descriptors from sockets of systemd',
};

/** What a unit enforces only with its own network, which it cannot have if the sandbox needs sockets of the internet. */
const shared: Readonly<Record<string, string>> = {
  'landlock.net.bind_tcp': "SocketBindAllow= needs a systemd with the BPF framework, which Debian's lacks",
  'landlock.net.connect_tcp': 'a unit has no rule for ports to connect to',
  'landlock.net.bind_udp': "SocketBindAllow= needs a systemd with the BPF framework, which Debian's lacks",
  'landlock.net.connect_send_udp': 'a unit has no rule for ports to send to',
  'landlock.scope.abstract_unix_socket': 'a unit shares the network namespace of the machine',
};

function gapsOf(subject: ExportSubject): Gaps {
  const found = mountsOf(subject);
  const granted = new Set(found?.mounts.map(({ path }) => path));
  const isOpen = !granted.has('/') && !(granted.has('/proc') && granted.has('/dev'));
  const lost = [...(found?.lost ?? []), ...(isOpen ? ['what each start gets in /proc and /dev can be read'] : [])];
  return (feature) => {
    const why = never[feature] ?? (hasInternet(subject) ? shared[feature] : undefined);
    if (why !== undefined || feature === 'landlock.fs.execute') return why;
    if (feature === 'landlock.fs.write_file') return ownFiles;
    if (feature === 'landlock.fs.read_file') return lost.length === 0 ? undefined : lost.join('; ');
    return feature.startsWith('landlock.fs.') ? 'a mount has no such right' : undefined;
  };
}
