/* A file that holds secrets is replaced by root, beside a neighbour who opens whatever can be opened. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { replaceFile } from './replace-file.js';

const nobody = 65_534;
const secret = Buffer.from('secret');

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(folder.file('out'));
});
afterEach(() => folder[Symbol.dispose]());

const file = (name: string): string => folder.file(`out/${name}`);

/** Opens all that it can in a folder, and says what it has read once its input ends. */
const neighbour = `
const { closeSync, openSync, readdirSync, readSync } = require('node:fs');
const [folder] = process.argv.slice(1), opened = [];
let isOver = false;
process.stdin.on('end', () => { isOver = true; }).resume();
console.log('ready');
(function look() {
  for (let i = 0; i < 200; i++) {
    for (const name of readdirSync(folder)) try { opened.push(openSync(folder + '/' + name)); } catch {}
    if (opened.length > 400) opened.splice(0, 300).forEach(closeSync);
  }
  if (!isOver) return setImmediate(look);
  const read = (fd) => { const bytes = Buffer.alloc(16); return bytes.subarray(0, readSync(fd, bytes, 0, 16, 0)).toString(); };
  console.log(opened.some((fd) => read(fd).includes('secret')) ? 'has read it' : 'has read nothing');
  process.exit();
})();`;

/** What a neighbour has read who was there during some work. */
async function readBeside(work: () => void): Promise<string> {
  const child: ChildProcess = spawn(process.execPath, ['-e', neighbour, folder.file('out')], {
    uid: nobody,
    gid: nobody,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const said: string[] = [];
  child.stdout?.on('data', (text: Buffer) => said.push(text.toString()));
  if (child.stdout !== null) await once(child.stdout, 'data');
  const ended = once(child, 'close');
  work();
  child.stdin?.end();
  await ended;
  return said.join('').split('\n')[1] ?? '';
}

describe.skipIf(missing('root', 'linux'))('root', () => {
  it.each([0o700, 0o600, 0o755])('writes a file with the mode %o, regardless of the umask', (mode) => {
    const before = process.umask(0o077);
    try {
      replaceFile(file('a'), secret, mode);
    } finally {
      process.umask(before);
    }
    expect(readFileSync(file('a'), 'utf8')).toBe('secret');
    expect(statSync(file('a')).mode & 0o7777).toBe(mode);
    expect(readdirSync(folder.file('out'))).toEqual(['a']);
  });

  it('shows it to no neighbour at any moment', { timeout: 60_000 }, async () => {
    const times = Array.from({ length: 300 }, (_, number) => number);
    // The control, as often as a busy machine asks for.
    let control = '';
    for (let tries = 0; tries < 20 && control !== 'has read it'; tries++) {
      control = await readBeside(() => {
        for (const _ of times) {
          writeFileSync(file('a'), secret, { mode: 0o755 });
          chmodSync(file('a'), 0o700);
          rmSync(file('a'));
        }
      });
    }
    expect(control).toBe('has read it');
    expect(
      await readBeside(() => {
        for (const _ of times) {
          replaceFile(file('a'), secret, 0o700);
          rmSync(file('a'));
        }
      }),
    ).toBe('has read nothing');
  });

  it('shows it to no process that holds the old one open, to read or to write', () => {
    writeFileSync(file('a'), 'old');
    chmodSync(file('a'), 0o666);
    const held = openSync(file('a'), 'r+');
    replaceFile(file('a'), secret, 0o700);
    writeFileSync(held, 'EVIL');
    closeSync(held);
    expect(readFileSync(file('a'), 'utf8')).toBe('secret');
  });

  it.each([
    ['a link', () => symlinkSync(folder.file('prize'), file('a'))],
    ['a second name', () => linkSync(folder.file('prize'), file('a'))],
    ['a folder', () => mkdirSync(file('a'))],
    [
      'a neighbour’s file',
      () => {
        writeFileSync(file('a'), 'theirs');
        chownSync(file('a'), nobody, nobody);
      },
    ],
  ])('does not replace %s', (_, make) => {
    writeFileSync(folder.file('prize'), 'root’s');
    make();
    expect(() => replaceFile(file('a'), secret, 0o700)).toThrow(/refusing to write to .*\/out\/a: /);
    expect(readFileSync(folder.file('prize'), 'utf8')).toBe('root’s');
    expect(readdirSync(folder.file('out'))).toEqual(['a']);
  });

  it('reports a missing directory, and a full device', () => {
    expect(() => replaceFile(folder.file('none/a'), secret, 0o700)).toThrow(/none/);
    expect(() => replaceFile('/dev/full', secret, 0o700)).toThrow(/ENOSPC/);
    replaceFile('/dev/null', secret, 0o700);
    expect(statSync('/dev/null').mode & 0o777).toBe(0o666);
  });
});
