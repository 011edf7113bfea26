/* Compiled sandboxes that are damaged, forged in part or of another version start nothing. */
import { existsSync } from 'node:fs';
import { crc32 } from 'node:zlib';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { joinRecords } from '../../src/launch/process-record.js';
import { compiledOf, execute, writeCompiled } from '../compiled.js';
import { allLayers, processOf } from '../launcher.js';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

const seed = Math.floor(Math.random() * 2 ** 31);
const [version, flags, lengthAt, countAt, checksum, reserved, table] = [72, 76, 80, 84, 88, 92, 96];

/** A good file, whose command leaves a trace. */
const good = () => compiledOf(joinRecords([processOf(['/bin/touch', folder.file('ran')], { parent: 0 })]));

/** With the checksum that its bytes have. */
function summed(file: Buffer): Buffer {
  file.writeUInt32LE(crc32(file.subarray(checksum + 4), crc32(file.subarray(0, checksum))), checksum);
  return file;
}

/** One word changed, and the checksum with it. */
const word = (at: number, value: number) => (file: Buffer) => {
  file.writeUInt32LE(value, at);
  return summed(file);
};

const damage: readonly (readonly [name: string, change: (file: Buffer) => Uint8Array, said: RegExp])[] = [
  ['is empty', () => Buffer.alloc(0), /not a compiled sandbox/],
  ['ends in its header', (file) => file.subarray(0, 90), /not a compiled sandbox/],
  ['is cut off', (file) => file.subarray(0, -8), /its length is wrong/],
  ['has a byte more', (file) => Buffer.concat([file, Buffer.alloc(1)]), /its length is wrong/],
  ['is of a later version', word(version, 2), /another version/],
  ['is of no version', word(version, 0), /another version/],
  ['has an unknown flag', word(flags, 2), /contradict/],
  ['has something in its reserve', word(reserved, 1), /contradict/],
  ['says another length', word(lengthAt, 96), /its length is wrong/],
  ['has no document', word(countAt, 0), /contradict/],
  ['has too many documents', word(countAt, 65), /contradict/],
  ['says that it has huge many documents', word(countAt, 0xffff_ffff), /contradict/],
  ['has a document before its place', word(table + 8, 0), /contradict/],
  ['has a document beyond its end', word(table + 8, 0xffff_fff8), /contradict/],
  ['has an endless document', word(table + 12, 0xffff_fff8), /contradict/],
  ['has an empty document', word(table + 12, 0), /contradict/],
  ['has a kind of process that there is not', word(table + 4, 2), /contradict/],
  ['has ABIs upside down', word(table, 0x0001_0002), /contradict/],
  ['has a record that is none', (file) => summed(file.fill(0xff, file.readUInt32LE(table + 8))), /contradict/],
  ['is too long', (file) => Buffer.concat([file, Buffer.alloc(5 << 20)]), /cannot be opened/],
];

describe.skipIf(missing('linux', 'root', 'landlock7'))('a compiled sandbox that', () => {
  it('control: is good starts its command', async () => {
    const file = writeCompiled(folder.file('tool.sb'), good());
    expect(await execute([file])).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(folder.file('ran'))).toBe(true);
  });

  it.each(damage)('%s starts nothing', async (_name, change, said) => {
    const file = writeCompiled(folder.file('tool.sb'), change(good()));
    const { status, stderr } = await execute([file]);
    expect([status, existsSync(folder.file('ran'))]).toEqual([125, false]);
    expect(stderr).toMatch(said);
  });

  it(`has one bit of another value, or is cut anywhere, starts nothing (seed ${seed})`, async () => {
    const whole = compiledOf(joinRecords([processOf(['/bin/touch', folder.file('ran')]), ...allLayers()]));
    const change = fc.record({ at: fc.nat(whole.length - 1), bit: fc.nat(7), cut: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(change, async ({ at, bit, cut }) => {
        const changed = Buffer.from(whole);
        changed[at] = (changed[at] ?? 0) ^ (1 << bit);
        const file = writeCompiled(folder.file('tool.sb'), cut ? whole.subarray(0, at) : changed);
        const { status } = await execute([file]);
        expect([status, existsSync(folder.file('ran'))]).toEqual([125, false]);
      }),
      { seed, numRuns: 100 },
    );
  });

  it('is for newer kernels, or for older ones, alone is refused on this one', async () => {
    const records = joinRecords([processOf(['/bin/touch', folder.file('ran')], { parent: 0 })]);
    for (const abi of [
      [200, 0xffff],
      [0, 1],
    ] as const) {
      const file = writeCompiled(folder.file('tool.sb'), compiledOf(records, abi));
      const { status, stderr } = await execute([file]);
      expect([status, existsSync(folder.file('ran'))]).toEqual([125, false]);
      expect(stderr).toMatch(/features that this kernel lacks/);
    }
  });
});
