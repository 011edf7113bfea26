/*
 * What a container or a unit answers otherwise than the launcher does: it has other means for the same, or it cannot enforce
 * it. What then works there has the name of the feature that the export says is missing.
 */
import type { Place } from './place.js';

/** One answer that differs. */
interface Otherwise {
  readonly there: string;
  /** The missing feature, or in words why the answer is another one. */
  readonly why: string;
}

type Rows = Readonly<Record<string, Otherwise>>;

const rows = (there: string, why: string, attempts: readonly string[]): Rows =>
  Object.fromEntries(attempts.map((attempt) => [attempt, { there, why }]));

const own = {
  processes: 'a container sees no process but those of its namespace',
  network: 'a container has another network, where nothing listens',
  image: 'the image is read-only',
  devices: 'a container has no such device',
  mounts: 'the file system is mounted read-only',
  hidden: 'nothing is mounted there',
  borders: 'each path is a mount',
  capabilities: 'the filter lets it through, and the capability is missing',
  tested: 'the systemd of this test has a PID namespace; on a machine landlock.scope.signal is missing',
};

/** The attempts to change something in a folder. */
const changes = [
  'open-write PLACE/file',
  'create PLACE/made',
  'create-nameless PLACE',
  'mkdir PLACE/made-folder',
  'symlink PLACE/made-link',
  'mkfifo PLACE/made-fifo',
  'mknod PLACE/made-device',
  'link PLACE/file PLACE/made-hard-link',
  'exchange PLACE/file PLACE/other',
  'rename PLACE/file PLACE/renamed',
  'truncate PLACE/other',
  'open-truncate PLACE/other',
  'rmdir PLACE/empty',
  'unlink PLACE/other',
];

/** What a process has in /proc. */
const inProc = [
  'open-read /proc/N/mem',
  'open-write /proc/N/mem',
  'open-read /proc/N/environ',
  'open-read /proc/N/maps',
  'open-read /proc/N/auxv',
  'read-link /proc/N/fd/1',
  'read-link /proc/N/exe',
  'read-link /proc/N/cwd',
  'open-read /proc/N/root/etc/passwd',
  'open-write /proc/N/oom_score_adj',
  'open-write /proc/N/comm',
];

/** In a container: by theme, and then by attempt as {@link keyOf} has it. */
export const inContainers: Readonly<Record<string, Rows>> = {
  'in the default preset': {
    ...rows('EROFS', own.image, changes),
    ...rows('ENOENT', own.devices, ['open-write /dev/kmsg']),
    ...rows('OK', 'landlock.fs.write_file', ['open-write /proc/self/mem', 'open-write /proc/self/oom_score_adj']),
    ...rows('OK', 'landlock.fs.ioctl_dev', ['ioctl-device /dev/ptmx']),
  },
  'in the preset minimal': {
    ...rows('EROFS', own.image, changes),
    ...rows('OK', 'landlock.fs.execute', ['execute PLACE/program']),
    ...rows('OK', 'landlock.fs.read_file', [
      'open-read PLACE/file',
      'list PLACE',
      'open-read /etc/passwd',
      'list /',
      'list /etc',
      'list /proc',
      'open-read /proc/self/environ',
      'open-read /proc/1/cmdline',
      'open-read /dev/zero',
    ]),
  },
  'with one folder for writing': rows('OK', 'landlock.fs.write_file', [
    'open-write PLACE/file',
    'create PLACE/made',
    'create PLACE/empty/../made-through-parent',
    'link PLACE/file PLACE/empty/linked',
    'rename PLACE/other PLACE/empty/moved',
  ]),
  'with one port to connect to': rows('ECONNREFUSED', own.network, [
    'send-tcp N',
    'connect-tcp N',
    'connect-ipv6 N',
    'connect-mapped N',
  ]),
  'in the default policy': {
    ...rows('ECONNREFUSED', own.network, ['send-tcp N']),
    ...rows('OK', 'landlock.net.bind_tcp', ['bind-tcp N', 'bind-ipv6 N']),
  },
  'with unix sockets granted': rows('ECONNREFUSED', own.network, ['connect-abstract NAME', 'send-abstract NAME']),
  'from deny-all with a group of calls': rows('ECONNREFUSED', own.network, ['send-tcp N']),
  'of the same user, outside': {
    ...rows('ESRCH', own.processes, [
      'signal N',
      'signal-thread N',
      'queue-signal N',
      'signal-descriptor N',
      'take-descriptor N 1',
    ]),
    ...rows('ENOENT', own.processes, inProc),
  },
};

const reached = (denied: readonly string[]): Rows => ({
  ...rows('OK', 'landlock.net.connect_tcp', denied),
  ...rows('OK', 'seccomp.filter.socket', ['send-mptcp N']),
  ...rows('OK', 'seccomp.filter.setsockopt', ['connect-fastopen N']),
  ...rows('OK', 'seccomp.filter.sendto', ['sendto-fastopen N']),
  ...rows('OK', 'seccomp.filter.sendmsg', ['sendmsg-fastopen N']),
  ...rows('OK', 'seccomp.filter.sendmmsg', ['sendmmsg-fastopen N']),
});

/** In a unit of systemd, which knows no arguments but families and namespaces, and no ports. */
export const inUnits: Readonly<Record<string, Rows>> = {
  'in the default preset': {
    ...rows('EROFS', own.mounts, [...changes, 'set-flags PLACE/file', 'bind-unix PLACE/made-socket']),
    ...rows('ENOENT', own.devices, ['open-write /dev/kmsg']),
    ...rows('OK', 'landlock.fs.write_file', ['open-write /proc/self/mem', 'open-write /proc/self/oom_score_adj']),
    ...rows('OK', 'landlock.fs.ioctl_dev', ['ioctl-device /dev/ptmx']),
  },
  'in the preset minimal': {
    ...rows('ENOENT', own.hidden, [
      ...changes,
      'bind-unix PLACE/made-socket',
      'execute PLACE/program',
      'open-read PLACE/file',
      'list PLACE',
      'open-read /etc/passwd',
    ]),
    ...rows('OK', 'landlock.fs.read_file', [
      'list /',
      'list /etc',
      'list /proc',
      'open-read /proc/self/environ',
      'open-read /proc/1/cmdline',
      'open-read /dev/zero',
    ]),
  },
  'with one folder for writing': {
    ...rows('EROFS', own.mounts, [
      'open-write PLACE/file',
      'create PLACE/made',
      'create PLACE/empty/../made-through-parent',
    ]),
    ...rows('EXDEV', own.borders, ['rename PLACE/other PLACE/empty/moved']),
  },
  'with one port to connect to': reached(['send-tcp N', 'connect-tcp N', 'connect-ipv6 N', 'connect-mapped N']),
  'in the default policy': {
    ...rows('OK', 'landlock.net.bind_tcp', ['bind-tcp N', 'bind-ipv6 N']),
    ...rows('OK', 'seccomp.filter.socket', [
      'bind-mptcp N',
      'socket 2 1 262',
      'syscall 41 2 1 4294967558',
      'socket 16 3 9',
    ]),
    ...rows('EPERM', own.capabilities, ['socket 2 3 1']),
  },
  'with unix sockets granted': rows('OK', 'landlock.scope.abstract_unix_socket', [
    'connect-abstract NAME',
    'send-abstract NAME',
  ]),
  'by sockets of the machine': {
    ...rows('OK', 'seccomp.filter.socket', [
      'connect-unix FOLDER/stream',
      'connect-abstract NAME',
      'send-unix FOLDER/datagrams',
    ]),
    ...rows('OK', 'seccomp.filter.socketpair', [
      'send-unix-by-pair FOLDER/datagrams 2',
      'send-unix-by-pair FOLDER/datagrams 3',
    ]),
  },
  'from deny-all with a group of calls': {
    ...reached(['send-tcp N']),
    ...rows('OK', 'seccomp.filter.socket', ['bind-mptcp N']),
    ...rows('EROFS', own.mounts, ['set-flags PLACE/file']),
  },
  'that lists families, with a capability kept': rows('OK', 'seccomp.filter.socket', ['socket 2 10 768']),
  'of the same user, outside': {
    ...rows('ESRCH', own.tested, [
      'signal N',
      'signal-thread N',
      'queue-signal N',
      'signal-descriptor N',
      'take-descriptor N 1',
      'set-limit N',
    ]),
    ...rows('ENOENT', own.tested, inProc),
  },
  'that hold others up': {
    ...rows('OK', 'seccomp.filter.fcntl', ['request PLACE/file 1024 0', 'request PLACE 1026 1']),
    ...rows('EBADF', 'seccomp.filter.fcntl', ['syscall 72 -1 1040 0']),
  },
  // ECHILD: the child was made.
  'from inside': rows('ECHILD', 'seccomp.filter.clone', ['clone 32768']),
};

/** An attempt without what is another one in each run: the place, the victim and ports, and names of sockets. */
export function keyOf(attempt: string, { folder, victim }: Place): string {
  return attempt
    .replaceAll(folder, 'PLACE')
    .replaceAll(new RegExp(`\\b${victim}\\b`, 'g'), 'N')
    .replaceAll(/\/\S*sb-test-\w+/g, 'FOLDER')
    .replaceAll(/sb-attack-\S+/g, 'NAME')
    .replace(/(?<=-(?:tcp|mptcp|ipv6|mapped|fastopen) )\d+$/, 'N');
}
