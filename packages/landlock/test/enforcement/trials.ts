import type { Attempt } from '@sb/test-kit';

import { allows, type FsRight, type LandlockPolicy, type Query } from '../../src/index.js';

/** What the dry run makes of an attempt of the probe: the outcome that the kernel should give. */
export type Trial = readonly [attempt: Attempt, expected: (policy: LandlockPolicy) => string];

type Need = readonly [path: string, right: FsRight];

/** Says what an attempt ends with if it needs all of these; a path that leads nowhere fails before any rule is asked. */
function outcomeOf(policy: LandlockPolicy, needs: readonly Need[], otherwise = 'OK'): string {
  try {
    return needs.every(([path, right]) => allows(policy, { path, right }).allowed) ? otherwise : 'EACCES';
  } catch (error) {
    return (error as { readonly errno?: string }).errno ?? String(error);
  }
}

const needing =
  (...needs: readonly Need[]) =>
  (policy: LandlockPolicy): string =>
    outcomeOf(policy, needs);

/** A device takes a capability, which is asked for after the rules. */
const needingCapability =
  (need: Need) =>
  (policy: LandlockPolicy): string =>
    outcomeOf(policy, [need], 'EPERM');

/** What the dry run says of a move or a link. */
function outcomeOfMove(policy: LandlockPolicy, query: Query): string {
  const { allowed, errno } = allows(policy, query);
  return allowed ? 'OK' : String(errno);
}

/** Everything that is tried in one folder of a random tree; `other` is where its links lead. */
export function trialsIn(folder: string, other: string): readonly Trial[] {
  const at = (name: string) => `${folder}/${name}`;
  const opened: readonly Trial[] = ['file', 'to-file', 'hard'].flatMap((name): Trial[] => [
    [['open-read', at(name)], needing([at(name), 'read_file'])],
    [['open-write', at(name)], needing([at(name), 'write_file'])],
    [['truncate', at(name)], needing([at(name), 'truncate'])],
  ]);
  const moved: readonly Trial[] = [folder, other].flatMap((to, index): Trial[] => {
    const target = `${to}/from-${folder.slice(folder.lastIndexOf('/') + 1)}-${index}`;
    const link = (name: string, end: string): Trial => [
      ['link', at(name), end],
      (policy) => outcomeOfMove(policy, { link: at(name), to: end }),
    ];
    const move = (name: string, end: string): Trial => [
      ['rename', at(name), end],
      (policy) => outcomeOfMove(policy, { rename: at(name), to: end }),
    ];
    return [
      link('to-link', `${target}-to-link`),
      move(`to-move-${index}`, `${target}-to-move`),
      move(`to-replace-${index}`, `${to}/victim-${index}`),
      move(`sub-${index}`, `${target}-sub`),
      move(`symlink-${index}`, `${target}-symlink`),
    ];
  });
  return [
    ...opened,
    [['list', folder], needing([folder, 'read_dir'])],
    [['list', at('to-folder')], needing([at('to-folder'), 'read_dir'])],
    // The kernel opens a program for reading as well.
    [['execute', at('program')], needing([at('program'), 'execute'], [at('program'), 'read_file'])],
    // Creating opens what was created.
    [['create', at('new')], needing([at('new'), 'make_reg'], [at('new'), 'write_file'])],
    [['create-through', at('dangling')], needing([at('dangling'), 'make_reg'], [at('dangling'), 'write_file'])],
    // Out of the folder that the link leads to, not out of the one that holds the link.
    [['open-read', at('to-folder/../file')], needing([at('to-folder/../file'), 'read_file'])],
    [['list', at('to-folder/..')], needing([at('to-folder/..'), 'read_dir'])],
    [['list', at('to-folder/')], needing([at('to-folder/'), 'read_dir'])],
    [['open-read', at('file/')], needing([at('file/'), 'read_file'])],
    [['open-read', at('absent/file')], needing([at('absent/file'), 'read_file'])],
    [['mkdir', at('newer-folder/')], needing([at('newer-folder/'), 'make_dir'])],
    [['mkdir', at('new-folder')], needing([at('new-folder'), 'make_dir'])],
    [['mkfifo', at('new-fifo')], needing([at('new-fifo'), 'make_fifo'])],
    [['bind-unix', at('new-socket')], needing([at('new-socket'), 'make_sock'])],
    [['mknod', at('new-character')], needingCapability([at('new-character'), 'make_char'])],
    [['mknod-block', at('new-block')], needingCapability([at('new-block'), 'make_block'])],
    [['symlink', at('new-link')], needing([at('new-link'), 'make_sym'])],
    [['unlink', at('unwanted')], needing([at('unwanted'), 'remove_file'])],
    [['rmdir', at('hollow')], needing([at('hollow'), 'remove_dir'])],
    [
      ['ioctl-device', at('to-device')],
      needing([at('to-device'), 'read_file'], [at('to-device'), 'write_file'], [at('to-device'), 'ioctl_dev']),
    ],
    ...moved,
  ];
}
