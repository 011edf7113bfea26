/* What a limit does to Node, release by release: the table of docs/options.md. */
import { missing, nodeReleases, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { createSandbox, type SandboxOptions } from '../../src/index.js';

const [MiB, GiB] = [2 ** 20, 2 ** 30];

/** What a script came to: what it said, or the signal that ended it. */
async function run(node: string, rlimits: SandboxOptions['rlimits'], script: string): Promise<string> {
  using folder = temporaryFolder(0o777);
  const options: SandboxOptions = { landlock: { paths: [{ rw: folder.path }] }, cwd: folder.path };
  const sandbox = createSandbox({ ...options, ...(rlimits === undefined ? {} : { rlimits }) });
  const { stdout, signal, exitCode } = await sandbox.run(node, ['-e', script], { timeout: 60_000 });
  return stdout === '' ? (signal ?? `exit ${exitCode}`) : stdout.trim();
}

const starts = 'console.log("ran")';
const code = (attempt: string) => `try { ${attempt}; console.log('done') } catch (error) { console.log(error.code) }`;
const opens = code("for (let i = 0; i < 60; i++) fs.openSync('/dev/null')");
const writes = code("fs.writeFileSync('big', 'x'.repeat(5000))");
const grows = 'const kept = []; for (let i = 0; i < 300; i++) kept.push(new Array(1e6).fill(i)); console.log("grown")';
const spins = 'const end = Date.now() + 20_000; while (Date.now() < end); console.log("spun")';

/** Limits, a script, and what becomes of it: on every release, or before and from Node 24 on, whose V8 reserves more. */
const table: readonly (readonly [
  NonNullable<SandboxOptions['rlimits']>,
  string,
  string | readonly [string, string],
])[] = [
  [{ cpu: 1 }, spins, 'SIGKILL'],
  [{ fsize: 1000 }, writes, 'EFBIG'],
  [{ nofile: 40 }, opens, 'EMFILE'],
  [{ nofile: 16 }, starts, 'SIGSEGV'],
  [{ data: 512 * MiB }, starts, ['ran', 'SIGTRAP']],
  [{ data: GiB }, starts, 'ran'],
  [{ as: GiB }, starts, ['ran', 'SIGTRAP']],
  [{ as: 4 * GiB }, starts, 'ran'],
  [{ data: GiB }, grows, 'no room'],
  [{ rss: 1000 }, starts, 'ran'],
  [{ memlock: 0 }, starts, 'ran'],
];

describe.skipIf(missing('linux', 'landlock6', 'x64'))('Node', () => {
  describe.each(nodeReleases())('$version', ({ version, file }) => {
    it.each([
      ['opens', opens, 'done'],
      ['writes', writes, 'done'],
    ])('control: without a limit it %s', async (_name, script, answer) => {
      expect(await run(file, undefined, script)).toBe(answer);
    });

    it.each(table)('with %j', async (rlimits, script, answer) => {
      const isNew = Number(/^v(\d+)/.exec(version)?.[1]) >= 24;
      const expected = typeof answer === 'string' ? answer : answer[isNew ? 1 : 0];
      const became = await run(file, rlimits, script);
      // What V8 ends itself by is not the same everywhere.
      if (expected === 'no room') expect(['SIGABRT', 'SIGTRAP', 'SIGILL']).toContain(became);
      else expect(became).toBe(expected);
    });
  });
});
