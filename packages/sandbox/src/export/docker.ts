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
  const text = `#!/bin/sh
# Runs the command in a container: SCRIPT IMAGE [argument...]. ENGINE=podman uses Podman.
${missing.map(({ feature, why }) => `# not enforced: ${escaped(feature)}: ${escaped(why)}\n`).join('')}set -eu
image=\${1:?name an image}
shift
${profile === undefined ? '' : fileOf(profile.document)}"\${ENGINE:-docker}" run --rm \\
${options.map((one) => `  ${one} \\\n`).join('')}  "$image"${command} "$@"
`;
  return { text, missing };
}

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
    ...(isReadOnly(subject) ? [['--read-only']] : []),
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
