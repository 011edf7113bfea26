/* A kernel that says yes to Landlock and restricts nothing is found out before the target runs. */
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';

import { recordHeaderLength } from '@sb/core';
import * as landlock from '@sb/landlock';
import * as privdrop from '@sb/privdrop';
import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { processOf, runUnder } from '../launcher.js';
import { saysYesTo } from '../liar.js';

const nobody = () => privdrop.plan(privdrop.policy({ user: 'nobody' }), privdrop.support()).record;
const ruleset = (options: Omit<landlock.LandlockOptions, 'abi'>) =>
  landlock.plan(landlock.policy({ abi: 6, ...options }), landlock.support()).record;

/** The port that a ruleset's record says will be bound, which no rule allows (packages/landlock/native/landlock.c). */
function triedPort(options: Omit<landlock.LandlockOptions, 'abi'>): number {
  const record = ruleset(options);
  return new DataView(record.buffer, record.byteOffset).getUint16(recordHeaderLength + 62, true);
}

/** Has a port as another process would, until it is disposed. */
async function holdPort(port: number) {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    isHeld: async () => {
      const second = createServer().listen(port, '127.0.0.1');
      const [error] = (await once(second, 'error')) as [NodeJS.ErrnoException];
      return error.code === 'EADDRINUSE';
    },
    [Symbol.asyncDispose]: async () => {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

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

  it('take a port that another process has for one that was let happen', async () => {
    const ports = { net: { bindTcp: [1] } };
    await using holder = await holdPort(triedPort(ports));
    expect(await holder.isHeld()).toBe(true);
    expect(await outcome(lying(), ports, 'root')).toEqual(disproved('bind'));
    // Twin: a ruleset that holds denies it all the same.
    expect(await outcome(honest(), ports, 'root')).toEqual({ proofs: [['net.bind_tcp', EACCES]], ran: true });
  });

  it('show a scope that holds, and one that does not', async () => {
    expect(await outcome(honest(), signals, 'root')).toEqual({ proofs: [['scope.signal', EPERM]], ran: true });
    expect(await outcome(lying(), signals, 'root')).toEqual(disproved('kill'));
  });

  it('are missing if the ids of another user deny the same', async () => {
    expect(await outcome(honest(), signals, 'nobody')).toEqual({ proofs: [], ran: true });
    expect(await outcome(lying(), signals, 'nobody')).toEqual({ proofs: [], ran: true });
  });

  it.each([
    ['connect', { net: { connectTcp: [1] } }],
    ['bind', { net: { bindTcp: [1] } }],
    ['socket', { net: { connectTcp: [1], bindTcp: [1] } }],
    ['kill', signals],
  ] as const)('are-none-where-a-filter-denies-the-same: %s', async (call, options) => {
    // Nothing is claimed of a ruleset that holds, nor of one that doesn't.
    for (const lie of ['personality', 'landlock_restrict_self'])
      expect(await outcome(saysYesTo(lie, [], [call]), options, 'root')).toEqual({ proofs: [], ran: true });
  });

  it('take nothing for a contradiction that a rule allows', async () => {
    const open = { paths: [programs, landlock.rw(folder.path, '/dev')] };
    const target = processOf(['/bin/true'], { parent: 0, dieWithParent: false, writeDenied: false });
    const { status } = await runUnder(honest(), [target, ruleset(open)]);
    expect(status).toMatchObject({ kind: 'executed', proofs: [{ feature: 'fs.write_file', errno: 0 }] });
  });
});
