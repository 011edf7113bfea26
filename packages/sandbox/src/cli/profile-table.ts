import { columns } from '@sb/cli-kit';

import type { Profile, ProfilePorts } from '../profile/profile.js';
import { profileNames } from '../profile/profile.js';
import { profiles } from '../profile/profiles.js';

/** Access that lets a program write. */
const writes: ReadonlySet<string> = new Set(['rw', 'rwx']);

/** A table of what each profile grants, made from the data of the profiles. */
export function profileTable(): string {
  const heads = ['PROFILE', 'READS', 'WRITES', 'CONNECTS', 'BINDS', 'TMP'];
  const rows = profileNames.map((name) => [name, ...cellsOf(profiles[name])]);
  const lines = columns([heads, ...rows]).map((line) => `${line}\n`);
  const abouts = columns(profileNames.map((name) => [name, profiles[name].about])).map((line) => `${line}\n`);
  return `${lines.join('')}\n${abouts.join('')}\n${remarks}`;
}

const remarks = `\
Without --profile and --fs the profile is read. --ro, --rw and other options add
to a profile. No profile grants credentials (~/.ssh, ~/.aws, ~/.npmrc,
browsers, ...), but --ro and --rw do if they name them, or a directory above.
`;

function cellsOf(profile: Profile): readonly string[] {
  const has = (path: string, isWrite: boolean) =>
    profile.paths.some(({ access, paths }) => paths.includes(path) && (!isWrite || writes.has(access)));
  const read = [
    ...(profile.preset === 'read-only' ? ['all'] : []),
    ...(has('/etc', false) ? ['system'] : has('/usr', false) ? ['programs'] : []),
    ...(has('.', false) ? ['directory'] : []),
    ...(profile.paths.some(({ paths }) => paths.some((path) => path.startsWith('~/'))) ? ['caches'] : []),
  ];
  return [
    wordsOr(read),
    has('.', true) ? 'directory' : '-',
    portsOf(profile.connectTcp),
    portsOf(profile.bindTcp),
    profile.tmp === undefined ? '-' : `private${profile.tmp === 'rwx' ? ', executes' : ''}`,
  ];
}

function wordsOr(words: readonly string[]): string {
  return words.length === 0 ? '-' : words.join(', ');
}

function portsOf(ports: ProfilePorts): string {
  return ports === 'any' ? 'any' : wordsOr(ports.map(String));
}
