import { describe, expect, it } from 'vitest';

import { encodeProcess, joinRecords, type ProcessRecord } from './process-record.js';
import { parseStatus } from './status.js';

const record: ProcessRecord = {
  newSession: true,
  dieWithParent: false,
  newKeyring: false,
  parent: 7,
  writeDenied: false,
  umask: undefined,
  rlimits: { core: 0, fsize: Number.POSITIVE_INFINITY },
  keep: [0, 1],
  cwd: '',
  path: '/bin/true',
  argv: ['true'],
  env: { A: 'b' },
};

describe('encodeProcess', () => {
  it('writes what launcher.h describes', () => {
    const bytes = encodeProcess(record);
    const words = new Uint32Array(bytes.slice(8, 20).buffer);
    expect(Array.from(bytes.subarray(0, 4))).toEqual([1, 1, 1, 0]);
    expect([...words]).toEqual([7, 0xffff_ffff, 2]);
    expect(Array.from(bytes.subarray(20, 24))).toEqual([4, 0, 0, 0]);
    expect(Buffer.from(bytes.slice(52, 68)).toString('hex')).toBe('f'.repeat(32));
    expect(Buffer.from(bytes).toString('latin1')).toContain('A=b\0');
  });

  it('puts the key of the exec behind everything else', () => {
    const bytes = Buffer.from(encodeProcess({ ...record, execKey: 0x0123_4567_89ab_cdefn }));
    expect(bytes.readUInt16LE(2)).toBe(17);
    expect(bytes.readBigUInt64LE(bytes.length - 8)).toBe(0x0123_4567_89ab_cdefn);
    expect(bytes.subarray(8, -8)).toEqual(Buffer.from(encodeProcess(record)).subarray(8));
  });

  it.each([
    ['path', { path: '/bin/true\0x' }],
    ['cwd', { cwd: '\0' }],
    ['argument', { argv: ['a\0b'] }],
    ['variable', { env: { A: '\0' } }],
  ])('refuses a NUL in a %s', (_name, wrong) => {
    expect(() => encodeProcess({ ...record, ...wrong })).toThrow(RangeError);
  });

  it('pads each record to eight bytes', () => {
    const odd = Uint8Array.of(1, 1, 0, 0, 9, 0, 0, 0, 5);
    expect(joinRecords([odd, odd]).length).toBe(32);
  });
});

describe('parseStatus', () => {
  it.each([
    ['', { kind: 'lost' }],
    ['rea', { kind: 'lost' }],
    ['ready\n', { kind: 'executed', task: undefined, skipped: [], proofs: [] }],
    [
      'skipped\t3\nproof\tnet.bind_tcp\t13\nready\n',
      { kind: 'executed', task: undefined, skipped: [3], proofs: [{ feature: 'net.bind_tcp', errno: 13 }] },
    ],
    [
      'rule\t4\nfailed\tlandlock\topen\topenat\t2\n',
      { kind: 'failed', layer: 'landlock', step: 'open', syscall: 'openat', errno: 2, rule: 4 },
    ],
    [
      'failed\tcaps\tnarrow\tcapset\t1\n',
      { kind: 'failed', layer: 'caps', step: 'narrow', syscall: 'capset', errno: 1 },
    ],
    [
      'failed\tlauncher\trecords\t\t22\n',
      { kind: 'failed', layer: 'launcher', step: 'records', syscall: undefined, errno: 22 },
    ],
    [
      'ready\nName:\tx\nfailed\tprocess\texec\texecveat\t2\n',
      { kind: 'failed', layer: 'process', step: 'exec', syscall: 'execveat', errno: 2 },
    ],
  ])('reads %j', (text, expected) => expect(parseStatus(text)).toEqual(expected));
});
