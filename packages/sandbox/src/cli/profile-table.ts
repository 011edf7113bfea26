import { columns } from '@sb/cli-kit';

import type { Profile, ProfilePorts } from '../profile/profile.js';
import { profileNames } from '../profile/profile.js';
import { profiles } from '../profile/profiles.js';

/** Access that lets a program write. */
const writes: ReadonlySet<string> = new Set(['rw', 'rwx']);

/** What each profile grants, for people: made from the data that is in force. */
export function profileTable(): string {
  const heads = ['PROFILE', 'READS', 'WRITES', 'CONNECTS', 'BINDS', 'TMP'];
  const rows = profileNames.map((name) => [name, ...cellsOf(profiles[name])]);
  const lines = columns([heads, ...rows]).map((line) => `${line}\n`);
  const abouts = columns(profileNames.map((name) => [name, profiles[name].about])).map((line) => `${line}\n`);
  return `${lines.join('')}\n${abouts.join('')}\n${remarks}`;
}

const remarks = `\
Without --profile and --fs it is read. --ro, --rw, --connect-tcp and all others add
to a profile. None grants credentials (~/.ssh, ~/.aws, ~/.npmrc, browsers, ...),
but --ro and --rw do where they name them, or a folder above.
`;

function cellsOf(profile: Profile): readonly string[] {
  const has = (path: string, isWrite: boolean) =>
    profile.paths.some(({ access, paths }) => paths.includes(path) && (!isWrite || writes.has(access)));
  const read = [
    ...(profile.preset === 'read-only' ? ['all'] : []),
    ...(has('/etc', false) ? ['system'] : has('/usr', false) ? ['programs'] : []),
    ...(has('.', false) ? ['folder'] : []),
    ...(profile.paths.some(({ paths }) => paths.some((path) => path.startsWith('~/'))) ? ['caches'] : []),
  ];
  return [
    wordsOr(read),
    has('.', true) ? 'folder' : '-',
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
