import { capabilitiesOf, containerGaps, isReadOnly, profileOf, userOf } from './container.js';
import type { Written, MissingFeature } from './exported.js';
import { type Gaps, missingOf } from './missing.js';
import type { ExportSubject } from './subject.js';

/** The name of both objects; change it in both. */
const name = 'sandbox';

/** What JSON of Kubernetes is read into has no more bits. */
const most = (1n << 63n) - 1n;

/**
 * A list of two objects for kubectl: a `SeccompProfile` of the security-profiles-operator, which puts the profile on each
 * node, and a pod under it. The pod's image is for you to name.
 *
 * @throws SeccompError `inexpressible`, `too-complex`
 */
export function toKubernetes(subject: ExportSubject): Written {
  const profile = profileOf(subject);
  const items = [...(profile === undefined ? [] : [profileObject(profile.document)]), podOf(subject)];
  const text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, undefined, 2).replaceAll(
    /"\\u0000(\d+)\\u0000"/g,
    '$1',
  );
  const missing = [
    ...missingOf(subject, gapsOf(subject)),
    ...(profile?.missing ?? []),
    ...(profile === undefined ? [] : profileGaps(profile.document)),
  ];
  return { text: `${text}\n`, missing };
}

/** Numbers of 64 bits stay as they are, as digits between NULs. */
const exact = (document: string): Readonly<Record<string, unknown>> =>
  JSON.parse(document.replaceAll(/("value(?:Two)?":)(\d+)/g, String.raw`$1"\u0000$2\u0000"`)) as Record<
    string,
    unknown
  >;

function profileObject(document: string): object {
  const { defaultErrnoRet: _left, ...spec } = exact(document);
  return {
    apiVersion: 'security-profiles-operator.x-k8s.io/v1beta1',
    kind: 'SeccompProfile',
    metadata: { name },
    spec,
  };
}

/** What the operator's object has no place for. */
function profileGaps(document: string): readonly MissingFeature[] {
  const instead = `Put the profile of --export oci (linux.seccomp) on the nodes as a file, and name that as localhostProfile.`;
  const error = /"defaultErrnoRet":(\d+)/.exec(document)?.[1];
  const isLong = [...document.matchAll(/"value(?:Two)?":(\d+)/g)].some(([, digits = '0']) => BigInt(digits) > most);
  return [
    ...(error === undefined
      ? []
      : [
          {
            feature: 'seccomp.filter.unknown',
            why: `the operator has no error for other calls, which fail with EPERM in the place of error ${error}`,
            instead,
          },
        ]),
    ...(isLong
      ? [{ feature: 'seccomp.filter.values', why: 'Kubernetes reads no number from 2^63 on exactly', instead }]
      : []),
  ];
}

function podOf(subject: ExportSubject): object {
  const { policy, command } = subject;
  const user = userOf(subject);
  const caps = capabilitiesOf(subject);
  const container = {
    name,
    image: 'IMAGE',
    ...(command.length === 0 ? {} : { command: command.map(literal) }),
    ...(policy.cwd === undefined ? {} : { workingDir: policy.cwd }),
    ...limitsFor(policy),
    ...(policy.env === undefined
      ? {}
      : { env: Object.entries(policy.env).map(([key, value]) => ({ name: key, value: literal(value) })) }),
    securityContext: {
      allowPrivilegeEscalation: false,
      privileged: false,
      readOnlyRootFilesystem: isReadOnly(subject),
      ...(user === undefined ? {} : { runAsUser: user.uid, runAsGroup: user.gid, runAsNonRoot: user.uid !== 0 }),
      ...(caps === undefined
        ? {}
        : { capabilities: { drop: ['ALL'], add: caps.map((one) => one.replace('CAP_', '')) } }),
      seccompProfile:
        subject.layers.seccomp === undefined
          ? { type: 'Unconfined' }
          : { type: 'Localhost', localhostProfile: `operator/${name}.json` },
    },
  };
  const groups = user?.groups ?? [];
  const spec = {
    automountServiceAccountToken: false,
    ...(groups.length === 0 ? {} : { securityContext: { supplementalGroups: groups } }),
    containers: [container],
  };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec };
}

/** Limits of the container's cgroup; processors in thousandths. */
function limitsFor({ cgroup: { memory, cpu } = {} }: ExportSubject['policy']): object {
  const limits = {
    ...(memory === undefined ? {} : { memory: String(memory) }),
    ...(cpu === undefined ? {} : { cpu: `${cpu * 10}m` }),
  };
  return Object.keys(limits).length === 0 ? {} : { resources: { limits } };
}

/** Kubernetes puts other variables in the place of `$(NAME)`. */
const literal = (value: string): string => value.replaceAll('$(', () => '$$(');

function gapsOf(subject: ExportSubject): Gaps {
  const others = containerGaps(subject);
  return (feature) => {
    if (feature.startsWith('process.rlimit.')) return 'a pod has no setting for limits of a process';
    if (feature === 'process.cgroup.pids') return 'only the kubelet sets it, for every pod alike (podPidsLimit)';
    if (feature === 'process.umask') return 'a pod has no setting for it';
    if (feature === 'process.environment' && subject.policy.env !== undefined)
      return 'the image and the services of the namespace add variables';
    if (feature === 'privdrop.groups') return 'the groups that the image gives the user are added';
    if (feature === 'landlock.scope.abstract_unix_socket') return 'containers of one pod share the network namespace';
    return others(feature);
  };
}
