/* Other engines, given what a sandbox was exported to: an OCI runtime, and the scripts. */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';

import { sbExecPath } from '@sb/sandbox';
import { type Attempt, parseProbe, probeArguments, probePath, runProgram, type TemporaryFolder } from '@sb/test-kit';

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

/**
 * Runs attempts of the probe in a container whose configuration is crun's own with the exported parts in it.
 *
 * @param compiled - a compiled sandbox, for sb-exec as the entry point. Default: the probe is
 */
export function inContainer(
  folder: TemporaryFolder,
  exported: string,
  attempts: readonly Attempt[],
  compiled?: Uint8Array,
): readonly string[] {
  const bundle = folder.file(`bundle-${count++}`);
  for (const name of ['', 'rootfs', 'rootfs/proc', 'rootfs/dev', 'rootfs/sys'])
    mkdirSync(`${bundle}/${name}`, { recursive: true });
  copyFileSync(probePath(), `${bundle}/rootfs/probe`);
  writeFileSync(`${bundle}/rootfs/file`, 'of the image');
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
    root: own.root ?? config.root,
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

/**
 * Runs attempts by a script for Docker whose command is `/probe`, with Podman in its place: an image of the probe alone, and
 * no network and no control groups, which a container of tests may not set up.
 */
export function inPodman(folder: TemporaryFolder, script: string, attempts: readonly Attempt[]): readonly string[] {
  const place = folder.file(`podman-${count++}`);
  mkdirSync(`${place}/image`, { recursive: true });
  copyFileSync(probePath(), `${place}/image/probe`);
  writeFileSync(`${place}/run.sh`, script);
  const options = `--root ${place}/root --runroot ${place}/run --storage-driver vfs --cgroup-manager cgroupfs --events-backend none`;
  const engine = `${place}/engine`;
  writeFileSync(engine, `#!/bin/sh\nshift\nexec podman ${options} run --network none --cgroups disabled "$@"\n`);
  chmodSync(engine, 0o755);
  const lines = `tar -C ${place}/image -cf ${place}/image.tar probe
podman ${options} import --quiet ${place}/image.tar sb-probe >/dev/null
ENGINE=${engine} sh ${place}/run.sh sb-probe "$@"`;
  const words = ['sh', '-c', lines, 'sh', '--apart', ...probeArguments(attempts)];
  const { status, stdout, stderr } = spawnSync('unshare', ['--mount', 'sh', '-c', apart, 'sh', ...words], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`podman ended with ${status}: ${stderr}`);
  return parseProbe(stdout, attempts.length).map(({ outcome }) => outcome);
}
