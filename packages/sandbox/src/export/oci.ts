import { capabilitiesOf, containerGaps, isReadOnly, limitNumber, limitsOf, profileOf, userOf } from './container.js';
import type { Written } from './exported.js';
import { missingOf } from './missing.js';
import type { ExportSubject } from './subject.js';

/** Microseconds, the kernel's own default. */
const period = 100_000;

/** Limits of the container's cgroup; swap counts with memory there. */
function resourcesOf({ policy: { cgroup } }: ExportSubject): object {
  if (cgroup === undefined) return {};
  const { memory, pids, cpu } = cgroup;
  return {
    resources: {
      ...(memory === undefined ? {} : { memory: { limit: memory, swap: memory } }),
      ...(pids === undefined ? {} : { pids: { limit: pids } }),
      ...(cpu === undefined ? {} : { cpu: { quota: (cpu * period) / 100, period } }),
    },
  };
}

/** Namespaces of a container's own: of mounts always, and those that keep its processes and sockets apart. */
const namespaces = ['pid', 'network', 'ipc', 'uts', 'mount', 'cgroup'].map((type) => ({ type }));

/**
 * The parts of a bundle's config.json that are about confinement (OCI runtime-spec 1.1): `process`, `root` and `linux`.
 * Mounts and the root's path are the image's, so they are not among them.
 *
 * @throws SeccompError `inexpressible`, `too-complex`
 */
export function toOciConfig(subject: ExportSubject): Written {
  const { policy, command } = subject;
  const [user, caps, profile] = [userOf(subject), capabilitiesOf(subject), profileOf(subject)];
  const process = {
    ...(user === undefined && policy.umask === undefined ? {} : { user: idsOf(subject) }),
    ...(command.length === 0 ? {} : { args: command }),
    ...(policy.env === undefined ? {} : { env: Object.entries(policy.env).map((pair) => pair.join('=')) }),
    cwd: policy.cwd ?? '/',
    ...(caps === undefined ? {} : { capabilities: setsOf(caps) }),
    rlimits: limitsOf(subject).map(([name, value]) => {
      const number = `\0${limitNumber(value)}\0`;
      return { type: `RLIMIT_${name.toUpperCase()}`, hard: number, soft: number };
    }),
    noNewPrivileges: true,
  };
  const config = {
    ociVersion: '1.1.0',
    process,
    ...(isReadOnly(subject) ? { root: { path: 'rootfs', readonly: true } } : {}),
    linux: { namespaces, ...resourcesOf(subject), ...(profile === undefined ? {} : { seccomp: '\0seccomp\0' }) },
  };
  // Numbers of 64 bits are not exact in JavaScript; in JSON they are.
  const text = JSON.stringify(config, undefined, 2)
    .replaceAll(/"\\u0000(\d+)\\u0000"/g, '$1')
    .replace(String.raw`"\u0000seccomp\u0000"`, () => profile?.document.trimEnd() ?? '');
  return { text: `${text}\n`, missing: [...missingOf(subject, containerGaps(subject)), ...(profile?.missing ?? [])] };
}

function idsOf(subject: ExportSubject): object {
  const { uid, gid, groups } = userOf(subject) ?? { uid: 0, gid: 0, groups: [] };
  const { umask } = subject.policy;
  return { uid, gid, additionalGids: groups, ...(umask === undefined ? {} : { umask }) };
}

function setsOf(caps: readonly string[]): object {
  return { bounding: caps, effective: caps, permitted: caps, inheritable: caps, ambient: caps };
}
