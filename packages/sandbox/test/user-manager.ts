/* A real `systemd --user` in a separate cgroup. Its parent is a systemd that is the first process of a PID namespace. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';

import type { TemporaryFolder } from '@sb/test-kit';

import { nobody } from './attack/place.js';

const runtime = `/run/user/${nobody.uid}`;

/** As user@.service, without PAM and a bus. */
const manager = `[Unit]
DefaultDependencies=no
SuccessAction=exit
FailureAction=exit
[Service]
User=${nobody.uid}
Delegate=yes
DelegateSubgroup=init.scope
Environment=XDG_RUNTIME_DIR=${runtime} HOME=/ SYSTEMD_UNIT_PATH=/run/user-units:
ExecStart=/usr/lib/systemd/systemd --user --unit=script.service --log-target=console
`;

const script = (place: string) => `[Unit]
DefaultDependencies=no
SuccessAction=exit
FailureAction=exit
[Service]
Type=oneshot
TimeoutStartSec=infinity
StandardOutput=file:${place}/output
StandardError=inherit
ExecStart=/bin/sh ${place}/script.sh
`;

/** A hierarchy of this mount namespace alone: some machines have another one, or several. */
const prepare = `
awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 }' /proc/mounts | while read -r path; do umount -l "$path"; done
mountpoint -q /sys/fs/cgroup && umount -l /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
for name in memory pids cpu; do
  grep -qw $name /sys/fs/cgroup/cgroup.controllers && echo +$name >/sys/fs/cgroup/cgroup.subtree_control
done
mkdir "/sys/fs/cgroup/$2"
unshare --pid --fork --kill-child --mount --mount-proc sh -c "$3" sh "$@" </dev/null
status=$?
find "/sys/fs/cgroup/$2" -depth -type d -exec rmdir {} \\;
exit $status`;

/** Alone in its cgroup, so that systemd can enable controllers there. */
const enter = `echo 0 >"/sys/fs/cgroup/$2/cgroup.procs"; exec unshare --cgroup sh -c "$4" sh "$@"`;

/** systemd needs a /run that it may write to. The temporary directory may be there: it stays. */
const begin = `
umount -l /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
mount --bind "$TMPDIR" /mnt
mount -t tmpfs -o mode=755 none /run
mkdir -p "$TMPDIR" /run/systemd/system /run/user-units ${runtime}
mount --bind /mnt "$TMPDIR"
chown ${nobody.uid}:${nobody.gid} ${runtime}
chmod 700 ${runtime}
cp "$1/manager.service" /run/systemd/system
cp "$1/script.service" /run/user-units
exec env -i container=sb PATH=/usr/sbin:/usr/bin:/sbin:/bin SYSTEMD_UNIT_PATH=/run/systemd/system: \\
  /usr/lib/systemd/systemd --system --unit=manager.service --log-target=console --show-status=no`;

/**
 * Runs a script of the shell as an ordinary user, started by the systemd of that user.
 *
 * @param folder - in the temporary directory
 * @param lines - the script, from a directory to which it may write
 * @returns what the script wrote
 */
export function byUserManager(folder: TemporaryFolder, lines: (place: string) => string): string {
  const name = `sb-test-user-${process.pid}`;
  const place = folder.file(name);
  mkdirSync(place);
  chmodSync(place, 0o777);
  for (const [file, text] of Object.entries({
    'manager.service': manager,
    'script.service': script(place),
    'script.sh': lines(place),
  })) {
    writeFileSync(`${place}/${file}`, text);
  }
  const words = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c', prepare, 'sh'];
  const { status, stderr } = spawnSync('unshare', [...words, place, name, enter, begin], {
    encoding: 'utf8',
    env: { ...process.env, TMPDIR: tmpdir() },
    timeout: 300_000,
    killSignal: 'SIGKILL',
  });
  const output = spawnSync('cat', [`${place}/output`], { encoding: 'utf8' }).stdout;
  if (status !== 0) throw new Error(`systemd ended with ${status}: ${stderr}${output}`);
  return output;
}
