import { closeSync, constants, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { errorCode, type FileCalls, useFileCalls } from '@sb/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { HeldDirectories } from './held-directories.js';
import { namesQuickly } from './names-quickly.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sb-names-'));
  writeFileSync(join(folder, 'found'), '');
});
afterEach(() => {
  useFileCalls(undefined);
  rmSync(folder, { recursive: true, force: true });
});

/** An entry as getdents64(2) gives it: number, offset, length, type, and a name that ends with NUL. */
function entry(name: string): Buffer {
  const bytes = Buffer.alloc(19 + name.length + 1);
  bytes.writeUInt16LE(bytes.length, 16);
  bytes[18] = 8;
  bytes.write(name, 19);
  return bytes;
}

/** Calls of a native part that give one name, and then answer so. */
function answering(...answers: readonly number[]): FileCalls {
  const left = [...answers];
  return {
    openAt: () => -38,
    mountOf: () => -38,
    readFile: () => -38,
    readNames: (_, bytes) => {
      const answer = left.shift() ?? 0;
      return answer < 0 ? answer : entry('found').copy(bytes, 0, 0, answer);
    },
  };
}

/** The names, and the error that ended them. */
function listed(entries: Iterable<{ readonly name: Buffer | string }> | undefined): readonly unknown[] {
  const seen: unknown[] = [];
  try {
    for (const { name } of entries ?? []) seen.push(name.toString());
  } catch (error) {
    seen.push(errorCode(error));
  }
  return seen;
}

describe.skipIf(process.platform !== 'linux')('names that a native part reads', () => {
  const whole = entry('found').length;

  it.each<[what: string, answers: readonly number[], expected: readonly unknown[]]>([
    ['end with the directory', [whole, 0], ['found']],
    ['do not end with an error of the disk, as if there were no more', [whole, -5], ['found', 'EIO']],
    ['end with a directory that was removed meanwhile, as for readdir(3)', [whole, -2], ['found']],
  ])('%s', (_what, answers, expected) => {
    const descriptor = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      useFileCalls(answering(...answers));
      expect(listed(namesQuickly(descriptor))).toEqual(expected);
      useFileCalls(answering(...answers));
      using directories = new HeldDirectories(() => undefined, false);
      expect(listed(directories.entries(folder))).toEqual(expected);
    } finally {
      closeSync(descriptor);
    }
  });

  it('are read by Node if the first call fails', () => {
    useFileCalls(answering(-5));
    expect(namesQuickly(-1)).toBeUndefined();
    using directories = new HeldDirectories(() => undefined, false);
    useFileCalls(answering(-5));
    expect(listed(directories.entries(folder))).toEqual(['found']);
  });
});
