/* A kernel that says yes to Landlock and restricts nothing is found out before the target runs. */
import { existsSync, rmSync } from 'node:fs';

import * as landlock from '@sb/landlock';
import * as privdrop from '@sb/privdrop';
import * as seccomp from '@sb/seccomp';
import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

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

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder(0o777);
});
afterEach(() => folder[Symbol.dispose]());

/** What the attempts of the launcher came to below a filter, or the step that failed; and whether the target ran. */
async function outcome(filter: Uint8Array, options: Omit<landlock.LandlockOptions, 'abi'>, as: 'nobody' | 'root') {
  const layers = [...(as === 'nobody' ? [nobody()] : []), ruleset(options)];
  // Its parent has to be outside of it, and it leads to nothing.
  const target = processOf(['/bin/touch', folder.file('ran')], { parent: 0, dieWithParent: false });
  const { status } = await runUnder(filter, [target, ...layers]);
  const ran = existsSync(folder.file('ran'));
  rmSync(folder.file('ran'), { force: true });
  if (status.kind === 'executed') return { proofs: status.proofs.map((proof) => Object.values(proof)), ran };
  if (status.kind !== 'failed') throw new Error(JSON.stringify(status));
  return { failed: [status.layer, status.step, status.syscall], ran };
}

const programs = landlock.rx('/usr', '/bin', '/lib', '/lib64', { optional: true });
const files = () => ({ paths: [programs, landlock.rw(folder.path)] });
const signals = { scope: ['signal'] } as const;
const [EPERM, EACCES] = [1, 13];
const [honest, lying] = [() => saysYesTo('personality'), () => saysYesTo('landlock_restrict_self')];
const disproved = (syscall: string) => ({ failed: ['landlock', 'prove', syscall], ran: false });

describe.skipIf(missing('linux', 'root', 'landlock6'))('the attempts of the launcher', () => {
  it.each(['nobody', 'root'] as const)(
    'show a ruleset for files that holds, and let no target run in one that does not: %s',
    async (as) => {
      expect(await outcome(honest(), files(), as)).toEqual({ proofs: [['fs.write_file', EACCES]], ran: true });
      expect(await outcome(lying(), files(), as)).toEqual(disproved('openat'));
    },
  );

  it.each([
    ['connect', 'net.connect_tcp', { net: { connectTcp: [1] } }],
    ['bind', 'net.bind_tcp', { net: { bindTcp: [1] } }],
  ] as const)('show a ruleset for ports that holds, and one that does not: %s', async (syscall, feature, ports) => {
    expect(await outcome(honest(), ports, 'root')).toEqual({ proofs: [[feature, EACCES]], ran: true });
    expect(await outcome(lying(), ports, 'root')).toEqual(disproved(syscall));
  });

  it('show a scope that holds, and one that does not', async () => {
    expect(await outcome(honest(), signals, 'root')).toEqual({ proofs: [['scope.signal', EPERM]], ran: true });
    expect(await outcome(lying(), signals, 'root')).toEqual(disproved('kill'));
  });

  it('are none where the ids of another user deny the same', async () => {
    expect(await outcome(honest(), signals, 'nobody')).toEqual({ proofs: [], ran: true });
    expect(await outcome(lying(), signals, 'nobody')).toEqual({ proofs: [], ran: true });
  });

  it('take nothing for a contradiction that a rule allows', async () => {
    const open = { paths: [programs, landlock.rw(folder.path, '/dev')] };
    const target = processOf(['/bin/true'], { parent: 0, dieWithParent: false, writeDenied: false });
    const { status } = await runUnder(honest(), [target, ruleset(open)]);
    expect(status).toMatchObject({ kind: 'executed', proofs: [{ feature: 'fs.write_file', errno: 0 }] });
  });
});
