/* A kernel that says yes to Landlock and restricts nothing is found out, also where ids deny the same. */
import * as landlock from '@sb/landlock';
import * as privdrop from '@sb/privdrop';
import * as seccomp from '@sb/seccomp';
import { missing } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { processOf, runUnder } from '../launcher.js';

/** EOWNERDEAD, and SECCOMP_RET_ERRNO of <linux/seccomp.h> with it and with 0, which no policy may ask for. */
const [answersOwnerDead, answersYes] = [0x0005_0082, 0x0005_0000];

/** A filter in whose place a call succeeds without being made. */
function saysYesTo(syscall: string): Uint8Array {
  const rules = [{ syscall, when: [], action: seccomp.errno('EOWNERDEAD') }];
  const record = Buffer.from(seccomp.plan(seccomp.policy({ base: 'allow-all', rules }), seccomp.support()).record);
  const word = Buffer.alloc(4);
  word.writeUInt32LE(answersOwnerDead);
  for (let at = record.indexOf(word); at >= 0; at = record.indexOf(word, at)) record.writeUInt32LE(answersYes, at);
  return record;
}

const nobody = () => privdrop.plan(privdrop.policy({ user: 'nobody' }), privdrop.support()).record;
const ruleset = (options: Omit<landlock.LandlockOptions, 'abi'>) =>
  landlock.plan(landlock.policy({ abi: 6, ...options }), landlock.support()).record;

/** What the attempts of the launcher came to, below a filter. */
async function proofs(filter: Uint8Array, options: Omit<landlock.LandlockOptions, 'abi'>, user: 'nobody' | 'root') {
  const layers = [...(user === 'nobody' ? [nobody()] : []), ruleset(options)];
  // Its parent has to be outside of it, and it leads to nothing.
  const records = [processOf(['/bin/true'], { parent: 0, dieWithParent: false }), ...layers];
  const { status } = await runUnder(filter, records);
  if (status.kind !== 'executed') throw new Error(JSON.stringify(status));
  return status.proofs.map(({ feature, errno }) => [feature, errno] as const);
}

const files = { paths: [landlock.rx('/usr', '/bin', '/lib', '/lib64', { optional: true })] };
const signals = { scope: ['signal'] } as const;
const [EPERM, EACCES] = [1, 13];
const [honest, lying] = [() => saysYesTo('personality'), () => saysYesTo('landlock_restrict_self')];

describe.skipIf(missing('linux', 'root', 'landlock6'))('the attempts of the launcher', () => {
  it.each(['nobody', 'root'] as const)(
    'show a ruleset for files that holds, and one that does not: %s',
    async (user) => {
      expect(await proofs(honest(), files, user)).toEqual([['fs.write_file', EACCES]]);
      expect(await proofs(lying(), files, user)).toEqual([['fs.write_file', 0]]);
    },
  );

  it('show a scope that holds, and one that does not', async () => {
    expect(await proofs(honest(), signals, 'root')).toEqual([['scope.signal', EPERM]]);
    expect(await proofs(lying(), signals, 'root')).toEqual([['scope.signal', 0]]);
  });

  it('are none where the ids of another user deny the same', async () => {
    expect(await proofs(honest(), signals, 'nobody')).toEqual([]);
    expect(await proofs(lying(), signals, 'nobody')).toEqual([]);
  });
});
