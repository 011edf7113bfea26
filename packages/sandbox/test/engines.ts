/* Other engines, given what a sandbox was exported to: an OCI runtime, and the scripts. */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';

import { type Attempt, parseProbe, probeArguments, probePath, runProgram, type TemporaryFolder } from '@sb/test-kit';

import { sbExecPath } from '../src/index.js';
import { nobody } from './attack/place.js';

interface Config {
  root?: object;
  mounts: readonly { readonly type: string }[];
  process: Record<string, unknown>;
  linux: Record<string, unknown> & { namespaces: readonly { readonly type: string }[] };
}

/**
 * crun refuses the hybrid hierarchy of control groups that some machines have. So it gets a private one, in a mount namespace that
 * ends with it.
 */
const apart = `
awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 }' /proc/mounts | while read -r path; do umount -l "$path"; done
mountpoint -q /sys/fs/cgroup && umount -l /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
exec "$@"`;

/** What a container is given beside the exported configuration. */
interface Image {
  /** A compiled sandbox, for sb-exec as the entry point. Default: the probe is. */
  readonly compiled?: Uint8Array;
  /** Paths of this machine that the image has as well: copies, by the same names. */
  readonly copies?: readonly string[];
  /** Whether an ordinary user runs the engine: {@link nobody}, with ids below it that nobody else has. */
  readonly isRootless?: boolean;
}

/** Makes the files of an image: the probe, what a runtime mounts over, and copies. */
function makeImage(path: string, copies: readonly string[] = []): void {
  for (const name of ['proc', 'dev', 'sys', 'tmp']) mkdirSync(`${path}/${name}`, { recursive: true });
  chmodSync(`${path}/tmp`, 0o1777);
  copyFileSync(probePath(), `${path}/probe`);
  writeFileSync(`${path}/file`, 'of the image');
  for (const copy of copies) {
    const { status, stderr } = spawnSync('cp', ['-a', '--parents', copy, path], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`cp: ${stderr}`);
  }
}

/** Runs attempts of the probe in a container whose configuration is crun's own with the exported parts in it. */
export function inContainer(
  folder: TemporaryFolder,
  exported: string,
  attempts: readonly Attempt[],
  { compiled, copies }: Image = {},
): readonly string[] {
  const bundle = folder.file(`bundle-${count++}`);
  makeImage(`${bundle}/rootfs`, copies);
  if (compiled !== undefined) {
    copyFileSync(sbExecPath(), `${bundle}/rootfs/sb-exec`);
    writeFileSync(`${bundle}/rootfs/policy.sb`, compiled, { mode: 0o755 });
  }
  const entry = compiled === undefined ? [] : ['/sb-exec', '/policy.sb', '--'];
  const usual = spawnSync('crun', ['spec', '--bundle', bundle], { encoding: 'utf8' });
  if (usual.status !== 0) throw new Error(`crun spec: ${usual.stderr}`);
  const config = merged(bundle, exported, [...entry, '/probe', '--apart', ...probeArguments(attempts)]);
  writeFileSync(`${bundle}/config.json`, config);
  const name = `sb-test-${process.pid}-${count++}`;
  const crun = ['crun', '--root', `${bundle}/state`, '--cgroup-manager=disabled', 'run', '--bundle', bundle, name];
  const { status, stdout, stderr } = spawnSync('unshare', ['--mount', 'sh', '-c', apart, 'sh', ...crun], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`crun ended with ${status}: ${stderr}`);
  return parseProbe(stdout, attempts.length).map(({ outcome }) => outcome);
}

let count = 0;

/** Text for text, since numbers of 64 bits would not survive. */
function merged(bundle: string, exported: string, args: readonly string[]): string {
  const spec = spawnSync('cat', [`${bundle}/config.json`], { encoding: 'utf8' }).stdout;
  const config = JSON.parse(spec) as Config;
  const seccomp = /"seccomp": (\{"defaultAction"[^]*\n\]\})/.exec(exported)?.[1];
  const own = JSON.parse(exported) as Config;
  const { resources: _none, ...linux } = config.linux;
  const all = {
    ...config,
    mounts: config.mounts.filter(({ type }) => type !== 'cgroup'),
    root: own.root ?? { path: 'rootfs', readonly: false },
    process: { ...config.process, ...own.process, terminal: false, args },
    linux: {
      ...linux,
      ...own.linux,
      namespaces: own.linux.namespaces.filter(({ type }) => type !== 'cgroup'),
      ...(seccomp === undefined ? {} : { seccomp: '@seccomp@' }),
    },
  };
  return JSON.stringify(all).replace('"@seccomp@"', () => seccomp ?? '');
}

/** Runs attempts of the probe by an exported script whose command is the probe. */
export async function byScript(
  folder: TemporaryFolder,
  script: string,
  attempts: readonly Attempt[],
): Promise<readonly string[]> {
  const file = folder.file(`script-${count++}.sh`);
  writeFileSync(file, script);
  const { status, stdout, stderr } = await runProgram('/bin/sh', [file, '--apart', ...probeArguments(attempts)]);
  if (status !== 0) throw new Error(`the script ended with ${status}: ${stderr}`);
  return parseProbe(stdout, attempts.length).map(({ outcome }) => outcome);
}

/** Podman leaves processes behind, which clean up. They end with the first process of their namespace. */
const alone = ['--mount', '--pid', '--fork', '--mount-proc'];

/** Ids of an ordinary user's containers (subuid(5)), for this mount namespace alone. */
const withIds = `
echo nobody:3000000:65536 >"$1/ids"
mount --bind "$1/ids" /etc/subuid
mount --bind "$1/ids" /etc/subgid
exec setpriv --reuid ${nobody.uid} --regid ${nobody.gid} --clear-groups env HOME="$1/home" XDG_RUNTIME_DIR="$1/home" sh -c "$2" "$@"`;

/**
 * Runs attempts by a script for Docker whose command is `/probe`, with Podman in its place: an image of the probe, and
 * no network and no control groups, which a container of tests may not set up.
 */
export function inPodman(
  folder: TemporaryFolder,
  script: string,
  attempts: readonly Attempt[],
  { copies, isRootless = false }: Image = {},
): readonly string[] {
  const place = folder.file(`podman-${count++}`);
  makeImage(`${place}/image`, copies);
  mkdirSync(`${place}/home`);
  if (isRootless) chownSync(`${place}/home`, nobody.uid, nobody.gid);
  writeFileSync(`${place}/run.sh`, script);
  const options = `--root ${place}/home/root --runroot ${place}/home/run --storage-driver vfs --cgroup-manager cgroupfs --events-backend none`;
  const engine = `${place}/engine`;
  writeFileSync(
    engine,
    `#!/bin/sh\n[ "$2" = --help ] && exec podman "$@"\nshift\nexec podman ${options} run --network none --cgroups disabled "$@"\n`,
  );
  chmodSync(engine, 0o755);
  const tar = spawnSync('tar', ['-C', `${place}/image`, '-cf', `${place}/image.tar`, '.'], { encoding: 'utf8' });
  if (tar.status !== 0) throw new Error(`tar: ${tar.stderr}`);
  const lines = `shift
cd ${place}
podman ${options} import --quiet ${place}/image.tar sb-probe >/dev/null
ENGINE=${engine} sh ${place}/run.sh sb-probe "$@"`;
  const user = isRootless ? withIds : 'exec sh -c "$2" "$@"';
  const words = ['sh', '-c', user, 'sh', place, lines, '--apart', ...probeArguments(attempts)];
  const { status, stdout, stderr } = spawnSync('unshare', [...alone, 'sh', '-c', apart, 'sh', ...words], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`podman ended with ${status}: ${stderr}`);
  return parseProbe(stdout, attempts.length).map(({ outcome }) => outcome);
}

/** What a unit needs of its end and of where its output goes, beside what was exported. */
const dropIn = (output: string) => `[Unit]
DefaultDependencies=no
SuccessAction=exit
FailureAction=exit
[Service]
Type=oneshot
StandardOutput=file:${output}
StandardError=file:${output}
`;

/**
 * systemd as the first process of a PID namespace, in a control group of its own, with one unit. systemd needs the unified
 * hierarchy, and a /run that it may write to.
 */
const withSystemd = `
mkdir "/sys/fs/cgroup/$2"
echo $$ >"/sys/fs/cgroup/$2/cgroup.procs"
unshare --cgroup --pid --fork --kill-child --mount --mount-proc sh -c '
umount -l /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
mount -t tmpfs -o mode=755 none /run
mkdir -p /run/systemd/system
cp -r "$1"/* /run/systemd/system
exec env -i container=sb PATH=/usr/sbin:/usr/bin:/sbin:/bin SYSTEMD_UNIT_PATH=/run/systemd/system: \\
  /usr/lib/systemd/systemd --system --unit=sb.service --log-target=console --show-status=no' sh "$1" </dev/null
status=$?
echo $$ >/sys/fs/cgroup/cgroup.procs
find "/sys/fs/cgroup/$2" -depth -type d -exec rmdir {} \\;
exit $status`;

/** Runs attempts by an exported unit whose command is the probe with these attempts, under a systemd that runs it alone. */
export function inUnit(folder: TemporaryFolder, unit: string, attempts: number): readonly string[] {
  const name = `sb-test-${process.pid}-${count++}`;
  const place = folder.file(name);
  mkdirSync(`${place}/units/sb.service.d`, { recursive: true });
  writeFileSync(`${place}/units/sb.service`, unit);
  writeFileSync(`${place}/units/sb.service.d/test.conf`, dropIn(`${place}/output`));
  const words = [
    ...alone,
    '--kill-child',
    'sh',
    '-c',
    apart,
    'sh',
    'sh',
    '-c',
    withSystemd,
    'sh',
    `${place}/units`,
    name,
  ];
  const { status, stderr } = spawnSync('unshare', words, { encoding: 'utf8', timeout: 30_000, killSignal: 'SIGKILL' });
  const output = spawnSync('cat', [`${place}/output`], { encoding: 'utf8' }).stdout;
  if (status !== 0) throw new Error(`systemd ended with ${status}: ${stderr}${output}`);
  return parseProbe(output, attempts).map(({ outcome }) => outcome);
}
