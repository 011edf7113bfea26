/* The tables beside the ordinary one, the actions, and the door through which a launcher loads a filter. */
import { type Attempt, missing, probe, probeArguments, probePath } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { errno, type SeccompOptions } from '../../src/index.js';
import { confiner, type Confiner, nobody, recordOf } from '../support/confine.js';

const outcomes = async (attempts: readonly Attempt[]) => (await probe(attempts, nobody)).map(({ outcome }) => outcome);

describe.skipIf(missing('linux', 'root', 'x64'))('other tables of calls', () => {
  let filters: Confiner;
  beforeAll(async () => {
    filters = await confiner();
  });
  afterAll(() => filters[Symbol.dispose]());
  const getpid32 = 20;
  const x32Getpid = 0x4000_0027;
  const marked = errno('ENOTNAM');

  it('kills-a-call-of-the-32-bit-table', async () => {
    expect(await outcomes([['int80', getpid32]])).toEqual(['OK']);
    const attempts = probeArguments([
      ['syscall', 39],
      ['int80', getpid32],
    ]);
    const { signal, stdout } = await filters.run({ base: 'deny-dangerous' }, [probePath(), ...attempts]);
    expect({ signal, stdout }).toEqual({ signal: 'SIGSYS', stdout: 'syscall 0 OK\n' });
    expect(await filters.probe({ base: 'deny-dangerous', foreign: marked }, [['int80', getpid32]])).toEqual([
      'ENOTNAM',
    ]);
  });

  it('lets the 32-bit table through by name if it is listed', async () => {
    const options: SeccompOptions = {
      base: 'allow-all',
      architectures: ['x86_64', 'i386'],
      deny: ['getuid32'],
      denied: marked,
    };
    expect(
      await filters.probe(options, [
        ['int80', getpid32],
        ['int80', 199],
        ['syscall', 102],
      ]),
    ).toEqual(['OK', 'ENOTNAM', 'OK']);
  });

  it('answers-x32-before-the-table', async () => {
    const attempts: Attempt[] = [
      ['syscall', x32Getpid],
      ['syscall', -1],
      ['syscall', 39],
    ];
    expect(await outcomes(attempts)).toEqual(['ENOSYS', 'ENOSYS', 'OK']);
    expect(await filters.probe({ base: 'deny-dangerous' }, attempts)).toEqual(['ENOSYS', 'ENOSYS', 'OK']);
    expect(await filters.probe({ base: 'allow-all', x32: marked }, attempts)).toEqual(['ENOTNAM', 'ENOTNAM', 'OK']);
  });

  it('answers-unknown-numbers-as-not-implemented', async () => {
    const attempts: Attempt[] = [
      ['syscall', 600],
      ['syscall', 400],
      ['syscall', 39],
    ];
    expect(await filters.probe({ base: 'network-client' }, attempts)).toEqual(['ENOSYS', 'ENOSYS', 'OK']);
    expect(await filters.probe({ base: 'network-client', unknown: marked }, attempts)).toEqual([
      'ENOTNAM',
      'ENOTNAM',
      'OK',
    ]);
  });

  it.each([
    ['kill-process', 'SIGSYS'],
    ['kill-thread', 'SIGSYS'],
    [{ action: 'trap', data: 3 } as const, 'SIGSYS'],
  ] as const)('ends with %j', async (action, signal) => {
    const options: SeccompOptions = { base: 'allow-all', rules: [{ syscall: 'getppid', action }] };
    const result = await filters.run(options, [
      probePath(),
      ...probeArguments([
        ['syscall', 39],
        ['syscall', 110],
      ]),
    ]);
    expect({ signal: result.signal, stdout: result.stdout }).toEqual({ signal, stdout: 'syscall 0 OK\n' });
  });

  it('lets a call through with log, and fails with trace without a tracer', async () => {
    const rules = [
      { syscall: 'getppid', action: 'log' as const },
      { syscall: 'getpgrp', action: { action: 'trace' as const, data: 1 } },
    ];
    expect(
      await filters.probe({ base: 'allow-all', rules }, [
        ['syscall', 110],
        ['syscall', 111],
      ]),
    ).toEqual(['OK', 'ENOSYS']);
  });
});

describe.skipIf(missing('linux', 'root'))('the launcher door', () => {
  const good = recordOf({ base: 'allow-all' });
  const changed = (at: number, byte: number) => good.map((value, index) => (index === at ? byte : value));

  it('runs the program under a good record', async () => {
    using filters = await confiner();
    expect(await filters.run(good, [probePath(), 'syscall', '39'])).toMatchObject({ status: 0 });
  });

  it.each<[string, Uint8Array]>([
    ['no record', new Uint8Array()],
    ['a truncated one', good.subarray(0, -1)],
    ['one of another layer', changed(0, 4)],
    ['one of another version', changed(1, 2)],
    ['unknown flags', changed(2, 1)],
    ['a filter for another machine', changed(8, 0xb7)],
    ['another number of instructions', changed(12, 1)],
    ['a program that the kernel refuses', changed(good.length - 8, 0xff)],
  ])('runs no program with %s', async (_name, record) => {
    using filters = await confiner();
    const { status, stdout } = await filters.run(record, [probePath(), 'syscall', '39']);
    expect({ status, stdout }).toEqual({ status: 126, stdout: '' });
  });
});
