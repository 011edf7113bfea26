/* A neighbour takes the descriptors of other processes of its user. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

import { compileFixture, descriptorThief, missing, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { createSandbox } from '../../src/index.js';

const program = compileFixture(new URL('fixtures/holds-a-file.ts', import.meta.url));

/** A user of its own: what other tests run as nobody is left alone. */
const [uid, gid] = [9, 9];

/** What a thief says of a process that has a file open for writing. */
async function robbed(how: 'closed' | 'open'): Promise<readonly string[]> {
  using folder = temporaryFolder();
  const file = openSync(folder.file('x'), 'w+');
  const child = spawn(process.execPath, [program, how], { uid, gid, stdio: ['ignore', 'pipe', 'inherit', file] });
  closeSync(file);
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  await using thief = await descriptorThief({ word: program, text: 'x', uid, gid });
  await once(child, 'exit');
  return thief.said().map((line) => line.replace(/ \d+( \d+)?$/, '$1'));
}

it.skipIf(missing('root', 'linux'))(
  'a process that is undumpable keeps its descriptors, and an ordinary one does not',
  async () => {
    expect(await robbed('open')).toEqual(expect.arrayContaining(['seen', 'took 3']));
    expect(await robbed('closed')).toEqual(['watching', 'seen', 'refused EPERM']);
  },
);

describe.skipIf(missing('root', 'linux', 'landlock6'))('a child in a sandbox', () => {
  /** What a thief says while Node starts in a sandbox and stays for a while, with a file open for writing. */
  async function robbedInside(undumpable: boolean): Promise<readonly string[]> {
    using folder = temporaryFolder();
    const file = openSync(folder.file('x'), 'w+');
    const mark = `sb-undumpable-${undumpable}`;
    await using thief = await descriptorThief({ word: mark, text: 'x', uid, gid });
    const sandbox = createSandbox({ user: 'news' });
    const args = ['-e', 'setTimeout(() => console.log(process.getuid()), 1000)', mark];
    const child = sandbox.spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit', file], undumpable });
    closeSync(file);
    const [said, report] = await Promise.all([text(child.stdout as Readable), child.enforcement]);
    expect([said.trim(), report.verified?.uid[0]]).toEqual([String(uid), uid]);
    return thief.said().map((line) => line.replace(/ \d+( \d+)?$/, '$1'));
  }

  it('is looked into by another process of its user: the control', async () => {
    expect(await robbedInside(false)).toEqual(expect.arrayContaining(['seen', 'took 3']));
  });

  it('is not where it was asked for, from its first instruction on', async () => {
    expect(await robbedInside(true)).toEqual(['watching', 'seen', 'refused EPERM']);
  });
});
