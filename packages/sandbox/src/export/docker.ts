import { escaped } from '@sb/core';

import { capabilitiesOf, containerGaps, isReadOnly, limitsOf, profileOf, userOf } from './container.js';
import type { Written } from './exported.js';
import { type Gaps, missingOf } from './missing.js';
import { shellWord } from './shell-word.js';
import { type ExportSubject, hasInternet } from './subject.js';

/** Limits that `docker run --ulimit` takes: all but `as`, which it does not know. */
const noUlimit: ReadonlySet<string> = new Set(['as']);

/**
 * A script of sh(1) that runs a command under Docker, or Podman in its place: `script IMAGE`.
 *
 * @throws SeccompError `inexpressible`, `too-complex`
 */
export function toDocker(subject: ExportSubject): Written {
  const profile = profileOf(subject);
  const missing = [...missingOf(subject, gapsOf(subject)), ...(profile?.missing ?? [])];
  const seccomp = profile === undefined ? 'seccomp=unconfined' : 'seccomp="$profile"';
  const options = [...optionsOf(subject).map((words) => words.map(shellWord).join(' ')), `--security-opt ${seccomp}`];
  const command = subject.command.map((word) => ` ${shellWord(word)}`).join('');
  const readOnly = isReadOnly(subject);
  const text = `#!/bin/sh
# Runs the command in a container: SCRIPT IMAGE [argument...]. ENGINE=podman uses Podman.
${missing.map(({ feature, why }) => `# not enforced: ${escaped(feature)}: ${escaped(why)}\n`).join('')}set -eu
image=\${1:?name an image}
shift
${profile === undefined ? '' : fileOf(profile.document)}engine=\${ENGINE:-docker}
${readOnly ? podmanLines : ''}"$engine" run --rm \\
${options.map((one) => `  ${one} \\\n`).join('')}${readOnly ? '  $podman \\\n' : ''}  "$image"${command} "$@"
`;
  return { text, missing };
}

/** With --read-only, Podman mounts what can be written to over /tmp, /run and /var/tmp, unless it is told not to. */
const podmanLines = `podman=
if "$engine" run --help 2>/dev/null | grep -q -- --read-only-tmpfs; then podman=--read-only-tmpfs=false; fi
`;

/** No line of a profile is the mark of its end: each begins with a brace or a bracket. */
const fileOf = (document: string): string => `profile=$(mktemp)
trap 'rm -f "$profile"' EXIT
cat >"$profile" <<'END'
${document.trimEnd()}
END
`;

/** Each option with its value. */
function optionsOf(subject: ExportSubject): readonly (readonly string[])[] {
  const { policy } = subject;
  const user = userOf(subject);
  const caps = capabilitiesOf(subject);
  return [
    ['--security-opt', 'no-new-privileges'],
    ...(caps === undefined ? [] : [['--cap-drop', 'ALL'], ...caps.map((name) => ['--cap-add', name])]),
    ...(user === undefined ? [] : [['--user', `${user.uid}:${user.gid}`]]),
    ...(user?.groups ?? []).map((group) => ['--group-add', String(group)]),
    ...(hasInternet(subject) ? [] : [['--network', 'none']]),
    // Without --ipc none, /dev/shm can be written to.
    ...(isReadOnly(subject) ? [['--read-only'], ['--ipc', 'none']] : []),
    ...cgroupOptions(policy),
    ...limitsOf(subject)
      .filter(([name]) => !noUlimit.has(name))
      .map(([name, value]) => ['--ulimit', `${name}=${value === 'unlimited' ? -1 : value}`]),
    ...Object.entries(policy.env ?? {}).map((pair) => ['--env', pair.join('=')]),
    ...(policy.cwd === undefined ? [] : [['--workdir', policy.cwd]]),
  ];
}

/** Memory with swap is the same: none is in swap. */
function cgroupOptions({
  cgroup: { memory, pids, cpu } = {},
}: ExportSubject['policy']): readonly (readonly string[])[] {
  return [
    ...(memory === undefined
      ? []
      : [
          ['--memory', String(memory)],
          ['--memory-swap', String(memory)],
        ]),
    ...(pids === undefined ? [] : [['--pids-limit', String(pids)]]),
    ...(cpu === undefined ? [] : [['--cpus', String(cpu / 100)]]),
  ];
}

function gapsOf(subject: ExportSubject): Gaps {
  const others = containerGaps(subject);
  return (feature) => {
    if (feature === 'process.environment' && subject.policy.env !== undefined) return 'the image adds variables';
    if (feature === 'process.umask') return 'docker run has no option for it';
    if (noUlimit.has(feature.replace('process.rlimit.', ''))) return '--ulimit does not know it';
    return others(feature);
  };
}
