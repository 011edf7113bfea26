import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { filesTogether } from '../../vitest.together.js';

/** Which of these files share a process. */
function together(files: Readonly<Record<string, string>>): readonly string[] {
  using folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(folder.file(name)), { recursive: true });
    writeFileSync(folder.file(name), text);
  }
  return filesTogether(folder.path).map((file) => file.slice(folder.path.length + 1));
}

describe('a test file shares its process', () => {
  it('where it leaves that as it was, wherever it lies', () => {
    const text = "expect(process.env['HOME'] === 'x').toBe(process.platform === 'y');";
    const files = ['src/a.test.ts', 'src/deep/b.test.ts', 'test/c.test.ts', 'test/enforcement/d.test.ts'];
    expect(together(Object.fromEntries(files.map((name) => [name, text])))).toEqual(files);
  });

  it('where it names /proc/self for a process that it starts', () => {
    const text = "run(['cat', '/proc/self/status']);";
    expect(together({ 'test/a.test.ts': text })).toEqual(['test/a.test.ts']);
  });

  it.each([
    ['is no test', 'src/a.ts', ''],
    ['takes long', 'test/neighbour/a.test.ts', ''],
    ['lies elsewhere', 'soak/a.test.ts', ''],
    ['replaces modules', 'src/a.test.ts', "vi.mock('node:fs');"],
    ['sets clocks', 'src/a.test.ts', 'vi.useFakeTimers();'],
    ['changes a variable', 'test/a.test.ts', "process.env['NETRC'] = path;"],
    ['takes one away', 'test/a.test.ts', "delete process.env['NETRC'];"],
    ['enters a folder', 'test/a.test.ts', 'process.chdir(path);'],
    ['changes the mask', 'test/a.test.ts', 'process.umask(0);'],
    ['changes its user', 'test/a.test.ts', 'process.seteuid(1);'],
    ['hears of signals', 'test/a.test.ts', "process.on('SIGTERM', end);"],
    ['names itself', 'test/a.test.ts', 'childrenOf(process.pid);'],
    ['looks at what it has open', 'test/a.test.ts', "readdirSync('/proc/self/fd');"],
    ['counts its children', 'test/a.test.ts', 'expect(workerPids()).toEqual([]);'],
    ['measures itself', 'test/a.test.ts', 'process.memoryUsage();'],
  ])('but not where it %s', (_, name, text) => {
    expect(together({ [name]: text })).toEqual([]);
  });
});
