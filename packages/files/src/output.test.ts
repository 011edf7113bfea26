/* A report that root is asked to write, in places where a neighbour has put something else. */
import {
  chmodSync,
  chownSync,
  closeSync,
  linkSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openOutput } from './output.js';

const nobody = 65_534;

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(folder.file('out'));
  chmodSync(folder.file('out'), 0o1777);
  writeFileSync(folder.file('prize'), 'root’s');
});
afterEach(() => folder[Symbol.dispose]());

function write(path: string): void {
  const descriptor = openOutput(path);
  writeSync(descriptor, 'new');
  closeSync(descriptor);
}

const output = (): string => folder.file('out/report');
const content = (path: string): string => readFileSync(folder.file(path), 'utf8');

describe.skipIf(missing('root', 'linux'))('root', () => {
  it('writes a new file, and over its own file: the control', () => {
    write(output());
    write(output());
    expect(content('out/report')).toBe('new');
    expect(() => write('/dev/null')).not.toThrow();
  });

  it('appends to existing content on request', () => {
    for (const text of ['one', 'two']) {
      const descriptor = openOutput(output(), 0o644, 'end');
      writeSync(descriptor, text);
      closeSync(descriptor);
    }
    expect(content('out/report')).toBe('onetwo');
  });

  it('writes through no symbolic link', () => {
    symlinkSync(folder.file('prize'), output());
    expect(() => write(output())).toThrow(/cannot write to .*report: ELOOP\. It is a symbolic link/);
    expect(content('prize')).toBe('root’s');
  });

  it('writes to no file that has another name', () => {
    linkSync(folder.file('prize'), output());
    expect(() => write(output())).toThrow('other names');
    expect(content('prize')).toBe('root’s');
  });

  it('writes to no file of a neighbour', () => {
    writeFileSync(output(), 'theirs');
    chownSync(output(), nobody, nobody);
    expect(() => write(output())).toThrow('belongs to uid 65534');
    expect(content('out/report')).toBe('theirs');
  });

  it('writes below no directory of a neighbour', () => {
    mkdirSync(folder.file('out/theirs'));
    chownSync(folder.file('out'), nobody, nobody);
    expect(() => write(folder.file('out/theirs/report'))).toThrow('could change where the path leads');
  });
});
