// What a guest runs as its first process: mounts what tests need, runs them, switches the machine off.
// @ts-check

/** The marks that the script writes to the console; what lies between is the kernel's and the tests'. */
export const marks = { started: 'sb-guest: started', ended: 'sb-guest: ended' };

/** The file among the results that has what the command wrote. */
export const logName = 'log.txt';

/** Whether TIOCSTI is for all (Linux 6.2 and later). */
const typing = '/proc/sys/dev/tty/legacy_tiocsti';

/** Where a guest has its writable directory, and the directory that it shares with the host. */
export const guestFolders = { temporary: '/run/tmp', results: '/run/results' };

/**
 * The script. The root file system is the host's, read-only; /run and /dev/shm are memory.
 *
 * @param {object} job
 * @param {string} job.folder where the command runs
 * @param {{ at: string }} [job.share] where a directory of the host is mounted
 * @param {readonly string[]} job.modules files of modules to load
 * @param {readonly string[]} job.command
 * @param {Readonly<Record<string, string>>} job.env
 * @returns {string}
 */
export function initScript({ folder, share, modules, command, env }) {
  const { temporary, results } = guestFolders;
  const variables = Object.entries({ TMPDIR: temporary, HOME: temporary, ...env });
  return `#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t devtmpfs dev /dev
mount -t tmpfs -o mode=755 tmpfs /run

mkdir -p /dev/pts /dev/shm ${temporary} ${results}
chmod 1777 ${temporary}

mount -t devpts -o ptmxmode=666 devpts /dev/pts
ln -sfn /proc/self/fd /dev/fd
mount -t tmpfs -o mode=1777 tmpfs /dev/shm

mount -t virtiofs results ${results}
${share === undefined ? '' : `mount -t virtiofs -o ro share ${share.at}\n`}ip link set lo up

exec </dev/null >/dev/console 2>&1
echo '${marks.started}'
${modules.map((file) => `busybox insmod ${quoted(file)}\n`).join('')}
# Where the kernel lets nobody type into a terminal (tty(4), TIOCSTI), the attack would be none.
if [ -e ${typing} ]; then echo 1 >${typing}; fi

cd ${quoted(folder)}
env -i ${variables.map(([name, value]) => quoted(`${name}=${value}`)).join(' ')} \\
  ${command.map(quoted).join(' ')} >${results}/${logName} 2>&1
echo "${marks.ended} $?"

busybox poweroff -f
`;
}

/** @param {string} text */
function quoted(text) {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
