import { escaped } from '@sb/core';
import { compile } from '@sb/seccomp';

import { limitNumber, limitsOf } from './container.js';
import type { Written } from './exported.js';
import { type Gaps, missingOf, ownFiles } from './missing.js';
import { type Mount, mountsOf } from './mounts.js';
import { shellWord } from './shell-word.js';
import { type ExportSubject, hasInternet } from './subject.js';

/** Descriptor that the filter's program is read from. */
const filterDescriptor = 9;

/**
 * A script of sh(1) that runs a command under bubblewrap. The filter in it is this sandbox's own program, so it is for one
 * kind of machine.
 */
export function toBwrap(subject: ExportSubject): Written {
  const missing = missingOf(subject, gapsOf(subject));
  const { seccomp } = subject.layers;
  const command = subject.command.map((word) => ` ${shellWord(word)}`).join('');
  const options = optionsOf(subject).map((words) => `  ${words} \\\n`);
  const text = `#!/bin/sh
# Runs the command under bubblewrap: SCRIPT [argument...]. The filter is for ${subject.machine}.
${missing.map(({ feature, why }) => `# not enforced: ${escaped(feature)}: ${escaped(why)}\n`).join('')}set -eu
${umaskLine(subject)}${seccomp === undefined ? '' : programLines(subject)}exec ${limiter(subject)}bwrap \\
${options.join('')}${seccomp === undefined ? '' : `  --seccomp ${filterDescriptor} \\\n`}  --${command} "$@"
`;
  return { text, missing };
}

const umaskLine = ({ policy: { umask } }: ExportSubject): string =>
  umask === undefined ? '' : `umask ${umask.toString(8).padStart(4, '0')}\n`;

/** A file that is gone once it is open: bubblewrap reads the program from a descriptor. */
function programLines({ layers: { seccomp }, machine }: ExportSubject): string {
  if (seccomp === undefined) return '';
  const program = compile(seccomp).programs.find((one) => one.machine === machine);
  const encoded = Buffer.from(program?.bytes ?? [])
    .toString('base64')
    .replaceAll(/.{1,76}/g, '$&\n');
  return `filter=$(mktemp)
base64 -d >"$filter" <<'END'
${encoded}END
exec ${filterDescriptor}<"$filter"
rm "$filter"
`;
}

/** prlimit of util-linux sets what bubblewrap has no option for. */
function limiter(subject: ExportSubject): string {
  const words = limitsOf(subject).map(
    ([name, value]) => `--${name}=${value === 'unlimited' ? value : limitNumber(value)}`,
  );
  return words.length === 0 ? '' : `prlimit ${words.join(' ')} -- `;
}

function optionsOf(subject: ExportSubject): readonly string[] {
  const { policy } = subject;
  const { newSession = true, dieWithParent = true } = policy;
  return [
    '--unshare-user-try --unshare-pid --unshare-ipc --unshare-uts --unshare-cgroup-try',
    ...(hasInternet(subject) ? [] : ['--unshare-net']),
    ...(newSession ? ['--new-session'] : []),
    ...(dieWithParent ? ['--die-with-parent'] : []),
    ...capsOf(subject),
    ...environmentOf(subject),
    ...fileOptions(subject),
    ...(policy.cwd === undefined ? [] : [`--chdir ${shellWord(policy.cwd)}`]),
  ];
}

function capsOf({ layers: { caps } }: ExportSubject): readonly string[] {
  if (caps === undefined) return [];
  return ['--cap-drop ALL', ...caps.ambient.map((name) => `--cap-add ${name.toUpperCase()}`)];
}

/** Where none is given, what says how to talk to people, as the sandbox has it by itself. */
function environmentOf({ policy: { env } }: ExportSubject): readonly string[] {
  if (env === undefined) {
    const own = ['HOME', 'USER', 'LOGNAME', 'SHELL', 'TERM', 'LANG'];
    const kept = own.map((name) => `\${${name}+--setenv ${name} "$${name}"}`);
    return ['--clearenv', '--setenv PATH "${PATH:-/usr/local/bin:/usr/bin:/bin}"', ...kept];
  }
  return ['--clearenv', ...Object.entries(env).map((pair) => `--setenv ${pair.map(shellWord).join(' ')}`)];
}

function fileOptions(subject: ExportSubject): readonly string[] {
  const found = mountsOf(subject);
  const { tmp } = subject.policy;
  const own = tmp === undefined ? [] : ['--tmpfs /tmp', '--setenv TMPDIR /tmp'];
  if (found === undefined) return ['--dev-bind / /', ...own];
  const hasProc = found.mounts.some(({ path }) => path === '/proc' || path === '/');
  const links = found.links.map(({ path, target }) => `--symlink ${shellWord(target)} ${shellWord(path)}`);
  return [
    ...links,
    ...found.mounts.filter(({ path }) => path !== '/proc').map(bindOf),
    ...(hasProc ? ['--proc /proc'] : []),
    ...own,
  ];
}

function bindOf({ path, write, optional }: Mount): string {
  const kind = /^\/dev(?:\/|$)/.test(path) ? '--dev-bind' : write ? '--bind' : '--ro-bind';
  const word = shellWord(path);
  return `${kind}${optional ? '-try' : ''} ${word} ${word}`;
}

const noCgroup = 'bubblewrap makes no cgroup';

/** What bubblewrap never does. */
const never: Readonly<Record<string, string>> = {
  'privdrop.user': 'bubblewrap does not change to another user of the machine',
  'privdrop.groups': 'bubblewrap does not change to another user of the machine',
  'privdrop.private_group': 'the group is drawn for each start',
  'process.home': 'HOME is not put beside TMPDIR',
  'process.cgroup.memory': noCgroup,
  'process.cgroup.pids': noCgroup,
  'process.cgroup.cpu': noCgroup,
  'process.descriptors': 'descriptors that the caller leaves open stay open',
  'process.exec_once': 'the key of the first execution is drawn for each start',
};

function gapsOf(subject: ExportSubject): Gaps {
  const lost = mountsOf(subject)?.lost ?? [];
  return (feature) =>
    never[feature] ?? (hasInternet(subject) ? networkGap(feature) : undefined) ?? fileGap(feature, lost);
}

function networkGap(feature: string): string | undefined {
  if (feature.startsWith('landlock.net.')) return 'bubblewrap has no rule for a port';
  return feature === 'landlock.scope.abstract_unix_socket' ? 'the network namespace is that of the caller' : undefined;
}

function fileGap(feature: string, lost: readonly string[]): string | undefined {
  if (feature === 'landlock.fs.read_file') return lost.length === 0 ? undefined : lost.join('; ');
  if (feature === 'landlock.fs.write_file') return ownFiles;
  if (!feature.startsWith('landlock.fs.')) return undefined;
  return 'a mount has no such right';
}
