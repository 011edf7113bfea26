import { writeFileSync } from 'node:fs';

import { compileFixture, missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type LogOptions, path, policy } from '../../src/index.js';
import { compile, nobody } from './programs.js';

const fixture = new URL('fixtures/logged.ts', import.meta.url);

describe.skipIf(missing('linux', 'root', 'landlock7', 'audit'))("the kernel's audit log", () => {
  let audit: Awaited<ReturnType<typeof compile>>;
  beforeAll(async () => {
    audit = await compile('audit');
  });
  afterAll(() => audit.folder[Symbol.dispose]());

  /** Which of three denials it has: of the program itself, of one that it executed, and by a ruleset added later. */
  const logged = async (log: LogOptions | undefined): Promise<readonly string[]> => {
    using folder = temporaryFolder();
    for (const name of ['same', 'new', 'sub']) writeFileSync(folder.file(name), 'content', { mode: 0o644 });
    const rules = policy({
      abi: 7,
      handle: ['read_file', 'write_file'],
      paths: [
        ...['/usr', '/proc', '/etc/ld.so.cache', folder.file('sub')].map((target) => path(target, ['read_file'])),
        path('/dev/null', ['read_file', 'write_file']),
      ],
      ...(log === undefined ? {} : { log }),
    });
    const run = [process.execPath, compileFixture(fixture), JSON.stringify(rules), folder.path];
    const args = [folder.path, String(nobody.uid), ...run];
    const { stdout, stderr, status } = await runProgram(audit.program, args);
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    return [...stdout.matchAll(/blockers=fs\.read_file path="[^"]*\/([a-z]+)"/g)].map(([, name = '']) => name);
  };

  it.each<[LogOptions | undefined, readonly string[]]>([
    [undefined, ['same', 'sub']],
    [{ newExec: true }, ['same', 'new', 'sub']],
    [{ sameExec: false }, ['sub']],
    [{ sameExec: false, newExec: true }, ['new', 'sub']],
    [{ subdomains: false }, ['same']],
  ])('holds the denials that %j asks for, and no other', async (log, denials) => {
    expect(await logged(log)).toEqual(denials);
  });
});
