/** The options of bwrap(1): how many words they take. */
import type { Arity, FlagTable } from './flags.js';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

const arities: ReadonlyMap<string, Arity> = new Map<string, Arity>([
  ...words(`
    --unshare-user --unshare-user-try --unshare-ipc --unshare-pid --unshare-net --unshare-uts --unshare-cgroup
    --unshare-cgroup-try --unshare-all --share-net --clearenv --new-session --die-with-parent --as-pid-1
    --disable-userns --assert-userns-disabled`).map((name) => [name, 0] as const),
  ...words(`
    --argv0 --args --chdir --unsetenv --lock-file --sync-fd --proc --dev --tmpfs --mqueue --dir --seccomp
    --add-seccomp-fd --block-fd --userns-block-fd --info-fd --json-status-fd --uid --gid --hostname --exec-label
    --file-label --remount-ro --cap-add --cap-drop --perms --size --userns --userns2 --pidns --overlay-src
    --ro-overlay --tmp-overlay`).map((name) => [name, 1] as const),
  ...words(`
    --setenv --bind --bind-try --dev-bind --dev-bind-try --ro-bind --ro-bind-try --bind-fd --ro-bind-fd --symlink
    --file --bind-data --ro-bind-data --chmod`).map((name) => [name, 2] as const),
  ['--overlay', 3],
]);

/** All of them. */
export const bwrapTable: FlagTable = { command: 'bwrap', arities };
