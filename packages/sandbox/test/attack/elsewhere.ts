/*
 * What a container answers otherwise than the launcher does: it has other means for the same, or it cannot enforce it. What
 * then works there has the name of the feature that the export says is missing.
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
  network: 'a container has a network of its own, where nothing listens',
  image: 'the image is read-only',
  devices: 'a container has no such device',
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

/** By theme, and then by attempt as {@link keyOf} has it. */
export const elsewhere: Readonly<Record<string, Rows>> = {
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
    ...rows('ENOENT', own.processes, [
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
    ]),
  },
};

/** An attempt without what is another one in each run: the place, the victim and ports, and names of sockets. */
export function keyOf(attempt: string, { folder, victim }: Place): string {
  return attempt
    .replaceAll(folder, 'PLACE')
    .replaceAll(new RegExp(`\\b${victim}\\b`, 'g'), 'N')
    .replaceAll(/sb-attack-\S+/g, 'NAME')
    .replace(/(?<=-(?:tcp|ipv6|mapped) )\d+$/, 'N');
}
