/** The options of `docker run` and `podman run`: how many words they take, and what they are to a policy. */
import type { Arity, FlagTable } from './flags.js';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** With a value that a policy has a place for. */
const placed = words(`
  --cap-add --cap-drop --cpus --env --group-add --memory --memory-swap --pids-limit --security-opt --tmpfs --ulimit --user
  --volume --workdir`);

/** Without a value. */
const switches = words(`
  --detach --init --interactive --no-healthcheck --oom-kill-disable --privileged --publish-all --quiet --read-only
  --read-only-tmpfs --rm --sig-proxy --tty`);

/** What starts, names, logs and reaches a container, and confines nothing in it. */
const harmless: ReadonlySet<string> = new Set(
  words(`
    --add-host --annotation --attach --cidfile --detach --detach-keys --dns --dns-option --dns-search --domainname
    --entrypoint --expose --health-cmd --health-interval --health-retries --health-start-period --health-timeout
    --hostname --init --interactive --ip --ip6 --label --label-file --link --log-driver --log-opt --mac-address --name
    --network-alias --no-healthcheck --platform --publish --publish-all --pull --quiet --read-only-tmpfs --restart --rm
    --sig-proxy --stop-signal --stop-timeout --tty`),
);

/** What gives or takes something that a policy has no place for. */
const others: ReadonlySet<string> = new Set(
  words(`
  --blkio-weight --cgroup-parent --cgroupns --cpu-period --cpu-quota --cpu-shares --cpuset-cpus --cpuset-mems --device
  --device-cgroup-rule --env-file --gpus --ipc --memory-reservation --memory-swappiness --mount --network
  --oom-score-adj --pid --runtime --shm-size --storage-opt --sysctl --userns --uts --volume-driver --volumes-from`),
);

const arities: ReadonlyMap<string, Arity> = new Map<string, Arity>([
  ...[...harmless, ...others, ...placed].map((name) => [name, 1] as const),
  ...switches.map((name) => [name, 0] as const),
  ['--net', 1],
]);

/** All of them. */
export const dockerTable: FlagTable = {
  command: 'docker run',
  arities,
  short: new Map([
    ['c', '--cpu-shares'],
    ['d', '--detach'],
    ['e', '--env'],
    ['h', '--hostname'],
    ['i', '--interactive'],
    ['l', '--label'],
    ['m', '--memory'],
    ['p', '--publish'],
    ['q', '--quiet'],
    ['t', '--tty'],
    ['u', '--user'],
    ['v', '--volume'],
    ['w', '--workdir'],
  ]),
};

/** Whether an option gives or takes something that a policy has no place for. */
export function isUnplaced(name: string, value: string): boolean {
  const isUsual = ['bridge', 'default'].includes(value);
  return name === '--net' || name === '--network' ? !isUsual : others.has(name) || name === '--oom-kill-disable';
}
