/* A path that leads to something else than a file: nothing of it is opened. */
import { execFileSync } from 'node:child_process';
import { closeSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';

import { bundleFixture, compileC, missing, runProgram, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openRegularFile } from './regular-file.js';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

describe('openRegularFile', () => {
  it('opens a file, and one that a link leads to', () => {
    writeFileSync(folder.file('file'), 'content');
    symlinkSync('file', folder.file('link'));
    for (const name of ['file', 'link']) {
      const descriptor = openRegularFile(folder.file(name));
      expect(readFileSync(descriptor ?? -1, 'utf8')).toBe('content');
      closeSync(descriptor ?? -1);
    }
  });

  it('does not wait, and opens no FIFO, socket, device or directory', async () => {
    execFileSync('mkfifo', [folder.file('fifo')]);
    const server = createServer();
    await new Promise((resolve) => server.listen(folder.file('socket'), () => resolve(undefined)));
    for (const path of [folder.file('fifo'), folder.file('socket'), '/dev/null', folder.path])
      expect(openRegularFile(path)).toBeUndefined();
    server.close();
  });

  it('throws the error of the system', () => {
    expect(() => openRegularFile(folder.file('none'))).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });
});

describe.skipIf(missing('linux'))('a terminal that controls no session', () => {
  const fixture = bundleFixture(new URL('../test/fixtures/controlling-terminal.ts', import.meta.url));

  it.each([
    ['plain', 'one'],
    ['regular', 'none'],
  ])('opened as %s by the leader of one, controls it: %s', async (how, expected) => {
    const program = folder.file('terminal');
    await compileC(program, { from: import.meta.url, sources: ['../test/fixtures/terminal.c'] });
    const { stdout } = await runProgram(program, [process.execPath, fixture, how]);
    expect(stdout).toBe(`${expected}\n`);
  });
});
