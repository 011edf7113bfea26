import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';

import { temporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { findTarget } from './target.js';

const folder = temporaryFolder();
const files: readonly (readonly [name: string, content: string, mode: number])[] = [
  ['a/tool', '\u007fELF', 0o755],
  ['b/tool', '\u007fELF', 0o755],
  ['a/plain', 'text', 0o644],
  ['b/plain', '\u007fELF', 0o755],
  ['a/only-plain', 'text', 0o644],
  ['a/script', '#!/bin/sh -e\n', 0o755],
  ['a/env-script', '#! /usr/bin/env sh\n', 0o755],
  ['a/env-nothing', '#!/usr/bin/env\n', 0o755],
  ['a/env-missing', '#!/usr/bin/env no-such-program\n', 0o755],
  ['a/env-path', '#!/usr/bin/env ../../bin/sh\n', 0o755],
  ['a/vertical-tab', '#!/bin/sh\v\n', 0o755],
  ['a/return', '#!/bin/sh\r\n', 0o755],
  ['a/wide-blank', '#!/bin/sh\u00a0\n', 0o755],
  ['a/names-folder', '#!/etc\n', 0o755],
  ['a/names-root', '#!/\v\n', 0o755],
  ['a/relative', '#!tool\n', 0o755],
  ['a/tabs', '#!\t/bin/sh\t-e\n', 0o755],
];

beforeAll(() => {
  for (const name of ['a', 'b', 'a/folder']) mkdirSync(folder.file(name));
  for (const [name, content, mode] of files) {
    writeFileSync(folder.file(name), content, 'latin1');
    chmodSync(folder.file(name), mode);
  }
});
afterAll(() => folder[Symbol.dispose]());

const find = (name: string, path = `${folder.file('a')}:${folder.file('b')}:/usr/bin`) =>
  findTarget(name, { path, cwd: folder.path });

describe('findTarget', () => {
  it.each([
    ['tool', 'a/tool'],
    ['plain', 'b/plain'],
    ['b/tool', 'b/tool'],
    ['./a/../b/tool', 'a/../b/tool'],
  ])('finds %s', (name, expected) => {
    expect(find(name).path).toBe(`${folder.path}/${expected}`);
  });

  it('takes directories of the PATH from the working directory, an empty one for it itself', () => {
    expect(find('tool', 'b:a').path).toBe(folder.file('b/tool'));
    expect(() => find('tool', '')).toThrow(/cannot find the program "tool"/);
  });

  it.each([
    ['a/tool', []],
    ['a/script', ['/bin/sh']],
    ['a/env-script', ['/usr/bin/env', '/usr/bin/sh']],
    ['a/env-nothing', ['/usr/bin/env']],
    ['a/env-missing', ['/usr/bin/env']],
    ['a/env-path', ['/usr/bin/env']],
    ['a/tabs', ['/bin/sh']],
    // What other languages take for white space is part of a name to the kernel.
    ['a/vertical-tab', []],
    ['a/return', []],
    ['a/wide-blank', []],
    ['a/names-folder', []],
    ['a/names-root', []],
    ['a/relative', []],
  ])('grants %s its interpreter: %j', (name, expected) => {
    expect(find(name).files.map(({ path }) => path)).toEqual([folder.file(name), ...expected]);
  });

  it.each([
    ['', 'not-found'],
    ['no-such-tool', 'not-found'],
    ['a/no-such-tool', 'not-found'],
    ['a/tool/more', 'not-found'],
    ['only-plain', 'not-executable'],
    ['a/plain', 'not-executable'],
    ['a/folder', 'not-executable'],
    ['folder', 'not-executable'],
  ])('says of %j: %s', (name, code) => {
    expect(() => find(name)).toThrow(expect.objectContaining({ code, step: 'exec' }));
  });

  it('knows a script again, unless its interpreter is another file', () => {
    using other = temporaryFolder();
    const [interpreter, script] = [other.file('interpreter'), other.file('script')];
    writeFileSync(interpreter, '\u007fELF', { mode: 0o755 });
    writeFileSync(script, `#!${interpreter}\n`, { mode: 0o755 });
    const where = { path: '', cwd: other.path };
    const first = findTarget(script, where);
    expect(findTarget(script, where, first)).toBe(first);
    writeFileSync(other.file('newer'), '\u007fELF', { mode: 0o755 });
    renameSync(other.file('newer'), interpreter);
    const second = findTarget(script, where, first);
    expect(second.files[1]?.identity).not.toEqual(first.files[1]?.identity);
    expect(findTarget(script, where, second)).toBe(second);
  });
});
