/* Regaining ids and capabilities: by asking, by programs with a set-user-ID bit, by programs with file capabilities. */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync } from 'node:fs';

import {
  missing,
  parseProbe,
  probe,
  probeArguments,
  probePath,
  temporaryFolder,
  type TemporaryFolder,
} from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { nobody } from '../attack/place.js';
import { type Attack, attackers, describeAttacks, startAs, worksForRoot } from '../attack/suite.js';

const CAP_CHOWN = 0;
const CAP_SETUID = 7;
const CAP_SETPCAP = 8;
const CAP_SYS_ADMIN = 21;
/** SECBIT_KEEP_CAPS; SECBIT_NO_SETUID_FIXUP. */
const KEEP_CAPS = 0x10;
const NO_SETUID_FIXUP = 0x4;
const otherUser = 1234;

/** For a root that stays root a change to root is none. */
const alreadyRoot = { switched: 'EPERM', root: 'OK', ordinary: 'EPERM' };

describe.skipIf(missing('linux', 'root', 'libcap'))('ids and capabilities', () => {
  describeAttacks('by asking for them', {
    attacks: () => [
      ...[CAP_CHOWN, CAP_SETUID, CAP_SETPCAP, CAP_SYS_ADMIN].flatMap((capability): Attack[] => [
        worksForRoot(['has-effective', capability], 'EPERM'),
        worksForRoot(['has-permitted', capability], 'EPERM'),
        worksForRoot(['raise-permitted', capability], 'EPERM'),
        worksForRoot(['raise-effective', capability], 'EPERM'),
        worksForRoot(['raise-inheritable', capability], 'EPERM'),
      ]),
      worksForRoot(['set-securebits', KEEP_CAPS], 'EPERM'),
      worksForRoot(['set-securebits', NO_SETUID_FIXUP], 'EPERM'),
      worksForRoot(['setuid', otherUser], 'EPERM'),
      worksForRoot(['setresuid', otherUser, otherUser, otherUser], 'EPERM'),
      worksForRoot(['setresuid', -1, -1, otherUser], 'EPERM'),
      worksForRoot(['setfsuid', otherUser], 'EPERM'),
      worksForRoot(['setresgid', otherUser, otherUser, otherUser], 'EPERM'),
      worksForRoot(['setgroups', 0], 'EPERM'),
      worksForRoot(['setgroups'], 'EPERM'),
    ],
  });

  describeAttacks('by going back to root', {
    attackers: ['switched', 'ordinary'],
    attacks: () => [
      worksForRoot(['setuid', 0], alreadyRoot),
      worksForRoot(['seteuid', 0], alreadyRoot),
      worksForRoot(['setresuid', 0, 0, 0], alreadyRoot),
      worksForRoot(['setresuid', -1, 0, -1], alreadyRoot),
      worksForRoot(['setfsuid', 0], alreadyRoot),
      worksForRoot(['setgid', 0], alreadyRoot),
      worksForRoot(['setresgid', 0, 0, 0], alreadyRoot),
    ],
  });

  describe('by programs that give them', () => {
    let folder: TemporaryFolder;
    const programs: Record<string, string> = {};

    beforeAll(() => {
      folder = temporaryFolder();
      for (const name of ['setuid', 'capable']) {
        programs[name] = folder.file(name);
        copyFileSync(probePath(), folder.file(name));
        chmodSync(folder.file(name), name === 'setuid' ? 0o6755 : 0o755);
      }
      execFileSync('/usr/sbin/setcap', ['cap_chown+ep', folder.file('capable')]);
    });
    afterAll(() => folder[Symbol.dispose]());

    const attempts = {
      setuid: [
        ['is-euid', 0],
        ['setresuid', 0, 0, 0],
        ['has-effective', CAP_SYS_ADMIN],
      ],
      capable: [
        ['has-effective', CAP_CHOWN],
        ['has-permitted', CAP_CHOWN],
      ],
    } as const;

    it.each(['setuid', 'capable'] as const)('works outside with a program that is %s', async (name) => {
      const answers = await probe(attempts[name], nobody, programs[name]);
      expect(answers.map(({ outcome }) => outcome)).toEqual(attempts[name].map(() => 'OK'));
    });

    it.each(attackers.flatMap((who) => [[who, 'setuid'] as const, [who, 'capable'] as const]))(
      'gives-%s-nothing-through-a-program-that-is-%s',
      async (who, name) => {
        const args = probeArguments(attempts[name]);
        const { stdout = '', error } = await startAs(who, { policy: {}, program: programs[name] ?? '', args });
        if (name === 'capable' && who !== 'ordinary') {
          // With nothing in the bounding set the kernel won't start a program that its file makes capable.
          expect(error).toMatchObject({ step: 'exec', message: expect.stringMatching(/EPERM.*file capabilities/) });
          return;
        }
        expect(error).toBeUndefined();
        const answers = parseProbe(stdout, attempts[name].length).map(({ operation, outcome }) => [operation, outcome]);
        // The root that stays is root without the program's help, and has nothing of it.
        const isRoot = (operation: string) => who === 'root' && !operation.startsWith('has-');
        expect(answers).toEqual(attempts[name].map(([word]) => [word, isRoot(word) ? 'OK' : 'EPERM']));
      },
    );
  });
});
