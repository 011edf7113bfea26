/*
 * What presets say they keep from other processes of the same user, done in earnest to one: without the filter it ends,
 * under the filter it lives.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { type Attempt, missing, probe } from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { compile, policy, simulate, type SimulatedCall, syscallNumber } from '../../src/index.js';
import { confiner, type Confiner, nobody } from '../support/confine.js';

interface Neighbour {
  readonly pid: number;
  /** The signal that ended it, or null. */
  readonly ended: Promise<string | null>;
}

const call = (name: string, ...args: number[]): Attempt => ['syscall', syscallNumber(name, 'x86_64') ?? -1, ...args];
const outcomes = async (attempts: readonly Attempt[]) => (await probe(attempts, nobody)).map(({ outcome }) => outcome);

describe.skipIf(missing('linux', 'root', 'x64'))('a neighbour of the same user', () => {
  let filters: Confiner;
  const victims: ChildProcess[] = [];
  beforeAll(async () => {
    filters = await confiner();
  });
  afterEach(() => {
    for (const victim of victims.splice(0)) victim.kill('SIGKILL');
  });
  afterAll(() => filters[Symbol.dispose]());

  /** A process that sleeps, or one that takes one and a half seconds of processor time, and gives up after twenty. */
  async function neighbour(does: 'sleeps' | 'computes'): Promise<Neighbour> {
    const code =
      'console.log(); const end = Date.now() + 20_000; while (process.cpuUsage().user < 1.5e6 && Date.now() < end);';
    const [command, args] =
      does === 'sleeps' ? ['/bin/sh', ['-c', 'echo; exec sleep 60']] : [process.execPath, ['-e', code]];
    const victim = spawn(command, args, { ...nobody, stdio: ['ignore', 'pipe', 'inherit'] });
    victims.push(victim);
    const ended = new Promise<string | null>((resolve) => victim.once('exit', (_, signal) => resolve(signal)));
    await new Promise((resolve) => victim.stdout?.once('data', resolve));
    return { pid: victim.pid ?? -1, ended };
  }

  /** The signal that ended a process, or null if it ended by itself or went on for a while. */
  async function endOf({ ended }: Neighbour, milliseconds: number): Promise<string | null> {
    let timer: NodeJS.Timeout | undefined;
    const lived = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), milliseconds);
    });
    const end = await Promise.race([ended, lived]);
    clearTimeout(timer);
    return end;
  }

  /** The limits on a process's time, as the kernel says them (RLIMIT_CPU, proc_pid_limits(5)). */
  function processorTimeOf({ pid }: Pick<Neighbour, 'pid'>): string {
    const limits = readFileSync(`/proc/${pid}/limits`, 'latin1');
    return /^Max cpu time +(.*?) *$/m.exec(limits)?.[1] ?? 'no such line';
  }

  it('ends by a limit on its processor time, without a filter', { timeout: 40_000 }, async () => {
    const victim = await neighbour('computes');
    expect(await outcomes([['limit-processor-time', victim.pid]])).toEqual(['OK']);
    expect(await endOf(victim, 25_000)).toBe('SIGKILL');
  });

  it.each(['deny-dangerous', 'network-client'] as const)(
    'denies-limits-on-others under %s',
    { timeout: 40_000 },
    async (base) => {
      const victim = await neighbour('sleeps');
      const attempts: Attempt[] = [['limit-processor-time', victim.pid], call('prlimit64', 0, 0, 0, 0)];
      expect(await filters.probe({ base }, attempts)).toEqual(['EPERM', 'OK']);
      expect(processorTimeOf(victim)).toBe(processorTimeOf({ pid: process.pid }));
      // The same attempt without the filter shows that it would be seen there.
      expect(await outcomes([['limit-processor-time', victim.pid]])).toEqual(['OK']);
      expect(processorTimeOf(victim)).not.toBe(processorTimeOf({ pid: process.pid }));
    },
  );

  it('ends by a signal through a descriptor, without a filter', async () => {
    const victim = await neighbour('sleeps');
    expect(await outcomes([['signal-by-descriptor', victim.pid]])).toEqual(['OK']);
    expect(await endOf(victim, 5000)).toBe('SIGIO');
  });

  it('denies-signals-through-a-descriptor under network-client', async () => {
    const victim = await neighbour('sleeps');
    const attempts: Attempt[] = [['signal-by-descriptor', victim.pid], call('fcntl', 1, 3, 0)];
    expect(await filters.probe({ base: 'network-client' }, attempts)).toEqual(['EPERM', 'OK']);
    expect(await endOf(victim, 300)).toBeNull();
  });

  it.each(['network-client', 'network-client-running'] as const)('denies-letting-neighbours-in under %s', (base) => {
    const PR_SET_DUMPABLE = 4;
    const PR_SET_PTRACER = 0x5961_6d61;
    const attacks = [
      { syscall: 'prctl', args: [PR_SET_DUMPABLE, 1] },
      { syscall: 'prctl', args: [PR_SET_DUMPABLE, 1n << 32n] },
      { syscall: 'prctl', args: [PR_SET_PTRACER, 0xffff_ffff_ffff_ffffn] },
    ];
    const actions = (...calls: readonly SimulatedCall[]) =>
      calls.map((one) => simulate(compile(policy({ base })), { ...one, arch: 'x86_64' }).action.action);
    expect(actions(...attacks)).toEqual(['errno', 'errno', 'errno']);
    expect(actions({ syscall: 'prctl', args: [PR_SET_DUMPABLE, 0] }, { syscall: 'prctl', args: [3] })).toEqual([
      'allow',
      'allow',
    ]);
  });

  it('denies-letting-neighbours-in according to the kernel', async () => {
    const attempts = [call('prctl', 4, 1, 0, 0, 0), call('prctl', 3, 0, 0, 0, 0)];
    const [denied, allowed] = await filters.probe({ base: 'network-client' }, attempts);
    expect([denied, allowed]).toEqual(['EPERM', 'OK']);
    expect(await outcomes([call('prctl', 4, 1, 0, 0, 0)])).toEqual(['OK']);
  });

  it.each(['kill', 'tkill'])('denies-%s under network-client', async (name) => {
    const victim = await neighbour('sleeps');
    const attack = () => call(name, victim.pid, 15);
    expect(await filters.probe({ base: 'network-client' }, [attack()])).toEqual(['EPERM']);
    expect(await endOf(victim, 300)).toBeNull();
    expect(await outcomes([attack()])).toEqual(['OK']);
    expect(await endOf(victim, 5000)).toBe('SIGTERM');
  });
});
