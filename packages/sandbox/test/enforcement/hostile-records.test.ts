import { existsSync, mkdirSync } from 'node:fs';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { joinRecords, type ProcessRecord } from '../../src/launch/process-record.js';
import { allLayers, processOf, runBytes } from '../launcher.js';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder(0o777);
});
afterEach(() => folder[Symbol.dispose]());

const seed = Math.floor(Math.random() * 2 ** 31);
const target = () => processOf(['/bin/touch', folder.file('ran')]);

/** Bytes of a good launch, changed in one place. */
const mutants: readonly (readonly [name: string, change: (good: Buffer, process: Uint8Array) => Uint8Array])[] = [
  ['nothing', () => new Uint8Array()],
  ['a single byte', () => new Uint8Array(1)],
  ['no process record', (good, process) => good.subarray(Math.ceil(process.length / 8) * 8)],
  ['the process record twice', (good, process) => Buffer.concat([joinRecords([process]), good])],
  ['layers in the wrong order', (good, process) => Buffer.concat([good, joinRecords([process])])],
  ['a truncated end', (good) => good.subarray(0, -1)],
  ['a layer that does not exist', (_good, process) => joinRecords([process, Uint8Array.of(9, 1, 0, 0, 8, 0, 0, 0)])],
  [
    'a record shorter than its header',
    (_good, process) => joinRecords([process, Uint8Array.of(2, 1, 0, 0, 4, 0, 0, 0)]),
  ],
  [
    'a record that says it is huge',
    (_good, process) => joinRecords([process, Uint8Array.of(2, 1, 0, 0, 255, 255, 255, 255)]),
  ],
  ['more than the launcher takes', (good) => Buffer.concat([good, Buffer.alloc(5 << 20)])],
];

/** Files of a cgroup that no start has. */
const cgroups: readonly (readonly [name: string, changes: Partial<ProcessRecord>])[] = [
  ['a file that is not kept', { cgroup: { procs: 7, kill: undefined } }],
  ['a second one that is not kept', { cgroup: { procs: 1, kill: 7 } }],
  ['one file for both', { cgroup: { procs: 1, kill: 1 } }],
  ['a number that is too large', { cgroup: { procs: 0xffff_fffe, kill: undefined } }],
  ['the target', { path: 2, cgroup: { procs: 2, kill: undefined } }],
  ['the target as the second', { path: 2, cgroup: { procs: 1, kill: 2 } }],
  [
    'a guardian without a file to end it',
    { cgroup: { procs: 1, kill: undefined }, guard: 'prefer', guardCgroup: true },
  ],
  ['a guardian without a cgroup', { guard: 'prefer', guardCgroup: true }],
];

describe.skipIf(missing('root', 'linux'))('a record with a cgroup', () => {
  it('control: joins by a file that is kept', async () => {
    const record = processOf(['/bin/touch', folder.file('ran')], { cgroup: { procs: 1, kill: 2 } });
    const { status, stdout } = await runBytes(joinRecords([record]));
    expect([status.kind, stdout]).toEqual(['executed', '0']);
    expect(existsSync(folder.file('ran'))).toBe(true);
  });

  it('has a guardian that writes to the second file at the end', async () => {
    const changes: Partial<ProcessRecord> = { cgroup: { procs: 1, kill: 2 }, guard: 'require', guardCgroup: true };
    const record = (some: Partial<ProcessRecord>) => processOf(['/bin/touch', folder.file('ran')], some);
    expect(await runBytes(joinRecords([record(changes)]))).toMatchObject({ exit: 0, stdout: '0', stderr: '1' });
    expect(await runBytes(joinRecords([record({ cgroup: { procs: 1, kill: 2 } })]))).toMatchObject({ stderr: '' });
  });

  it.each(cgroups)('starts nothing with %s', async (_name, changes) => {
    const record = processOf(['/bin/touch', folder.file('ran')], changes);
    const { status, exit } = await runBytes(joinRecords([record]));
    expect(status).toMatchObject({ kind: 'failed', step: 'records' });
    expect(exit).toBe(125);
    expect(existsSync(folder.file('ran'))).toBe(false);
  });
});

/** A mark of a test's own in a text of the process record, and what takes its place: of the same length, with a NUL. */
const [mark, cut] = [Buffer.from('mark-x'), Buffer.from('mark\0x')];

/** Process records with the mark in one text each. */
const texts: readonly (readonly [name: string, marked: () => Uint8Array])[] = [
  ['the path', () => processOf(['/bin/touch', folder.file('ran')], { path: '/bin/../bin/mark-x' })],
  [
    'the path of what is copied',
    () => {
      const original = { path: '/bin/../bin/mark-x', device: 1n, inode: 1n };
      return processOf(['/bin/touch', folder.file('ran')], { original });
    },
  ],
  ['an argument', () => processOf(['/bin/touch', folder.file('ran'), folder.file('mark-x')])],
  ['a variable', () => processOf(['/bin/touch', folder.file('ran')], { env: { PATH: '/bin', OTHER: 'mark-x' } })],
  ['the working directory', () => processOf(['/bin/touch', folder.file('ran')], { cwd: folder.file('mark-x') })],
];

function withNul(record: Uint8Array): Uint8Array {
  const bytes = Buffer.from(record);
  const at = bytes.indexOf(mark);
  if (at < 0) throw new Error('the record has no mark');
  cut.copy(bytes, at);
  return bytes;
}

describe.skipIf(missing('root', 'linux'))('a NUL within a text', () => {
  beforeEach(() => {
    mkdirSync(folder.file('mark'));
    mkdirSync(folder.file('mark-x'));
  });

  it('control: texts without one start the target', async () => {
    for (const [name, marked] of texts.slice(2)) {
      const { status } = await runBytes(joinRecords([marked()]));
      expect(status.kind, name).toBe('executed');
    }
  });

  it.each(texts)('starts-nothing in %s', async (_name, marked) => {
    const { status, exit } = await runBytes(joinRecords([withNul(marked())]));
    // Refused as it is read, not where it would be used, cut off.
    expect(status).toMatchObject({ kind: 'failed', layer: 'launcher', step: 'records' });
    expect(exit).toBe(125);
    expect(existsSync(folder.file('ran'))).toBe(false);
  });
});

describe.skipIf(missing('root', 'linux'))('hostile records', () => {
  it('control: the good ones start the target', async () => {
    const { status, exit } = await runBytes(joinRecords([target()]));
    expect({ kind: status.kind, exit }).toEqual({ kind: 'executed', exit: 0 });
    expect(existsSync(folder.file('ran'))).toBe(true);
  });

  it.each(mutants)('with %s start nothing', async (_name, change) => {
    const process = target();
    const { status, exit } = await runBytes(change(Buffer.from(joinRecords([process, ...allLayers()])), process));
    expect(status).toMatchObject({ kind: 'failed', layer: 'launcher', step: 'records' });
    expect(exit).toBe(125);
    expect(existsSync(folder.file('ran'))).toBe(false);
  });

  it(`cut anywhere start nothing (seed ${seed})`, async () => {
    const good = joinRecords([target(), ...allLayers()]);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: good.length - 1 }), async (length) => {
        const { exit } = await runBytes(good.subarray(0, length));
        // Between two records a cut leaves a shorter, complete list: that is the composer's to prevent.
        const isWhole = exit !== 125;
        expect(isWhole && !boundaries(good).includes(length)).toBe(false);
      }),
      { seed, numRuns: 60 },
    );
  });
});

/** Offsets at which a record ends. */
function boundaries(bytes: Uint8Array): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ends: number[] = [];
  for (let at = 0; at < bytes.length;) {
    at += Math.ceil(view.getUint32(at + 4, true) / 8) * 8;
    ends.push(at);
  }
  return ends;
}
