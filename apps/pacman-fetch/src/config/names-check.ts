import { isSandboxError, nearest } from '@sb/core';
import { readTrustedFile } from '@sb/files';
import { policy } from '@sb/privdrop';

import type { OwnValues } from './own-reader.js';
import type { Value } from './place.js';
import { type Problem, suggestion } from './problem.js';
import { userClause } from './sandbox-user.js';

/**
 * Finds users and system calls that do not exist, by the name service and the tables of calls. `@sb/seccomp` is loaded
 * only if a call is named.
 */
export async function checkNames(own: OwnValues): Promise<readonly Problem[]> {
  const [user] = own.get('SandboxUser') ?? [];
  return [...(user === undefined ? [] : userProblems('SandboxUser', user)), ...(await syscallProblems(own))];
}

/** The problems with a user. */
export function userProblems(key: string, { text, origin }: Value): readonly Problem[] {
  try {
    policy({ user: text });
    return [];
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    const place = origin.kind === 'file' ? origin : undefined;
    const meant = nearest(text, localUsers());
    const isRoot = text === 'root' || /^0+$/.test(text);
    if (isRoot)
      return [
        {
          place,
          what: `${key} = ${text} names root, but pacman-fetch never downloads as root`,
          hint: notRoot,
          isAboutUser: true,
        },
      ];
    const what = `${key} = ${text}: ${userClause(error)}`;
    return [{ place, what, hint: suggestion(meant) ?? error.hint, isAboutUser: true }];
  }
}

const notRoot = 'Name a user without privileges, for instance alpm if it exists.';

/** The most bytes of /etc/passwd; a large one has 100 KB. */
const maxUsers = 4 * 1024 * 1024;

/** Only for suggestions: other sources of users can't be listed. */
function localUsers(): readonly string[] {
  try {
    return readTrustedFile('/etc/passwd', maxUsers)
      .toString()
      .split('\n')
      .flatMap((line) => line.split(':', 1).filter((name) => name !== '' && name !== 'root'));
  } catch {
    return [];
  }
}

async function syscallProblems(own: OwnValues): Promise<readonly Problem[]> {
  const denied = own.get('SandboxDenySyscalls') ?? [];
  const allowed = own.get('SandboxAllowSyscalls') ?? [];
  if (denied.length + allowed.length === 0) return [];
  const { expandGroup, groupNames, policy: filter } = await import('@sb/seccomp');
  const known = () => groupNames.concat(...groupNames.map((group) => Array.from(expandGroup(group).keys())));
  const problemsOf = (key: string, { text, origin }: Value): readonly Problem[] => {
    const place = origin.kind === 'file' ? origin : undefined;
    try {
      filter({ base: 'allow-all', deny: [text] });
      return [];
    } catch (error) {
      if (!isSandboxError(error)) throw error;
      const what = text.startsWith('@') ? 'group of system calls' : 'system call';
      return [
        { place, what: `${key} names ${text}, which is not a ${what}`, hint: suggestion(nearest(text, known())) },
      ];
    }
  };
  const both = allowed.filter(({ text }) => denied.some((other) => other.text === text));
  return [
    ...denied.flatMap((value) => problemsOf('SandboxDenySyscalls', value)),
    ...allowed.flatMap((value) => problemsOf('SandboxAllowSyscalls', value)),
    ...both.map(({ text, origin }) => ({
      place: origin.kind === 'file' ? origin : undefined,
      what: `SandboxAllowSyscalls names ${text}, which SandboxDenySyscalls denies`,
      hint: 'Leave one of them out.',
    })),
  ];
}
