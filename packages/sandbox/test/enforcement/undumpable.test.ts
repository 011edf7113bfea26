/* A neighbour takes the descriptors of other processes of its user. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';

import { compileFixture, descriptorThief, missing, temporaryFolder } from '@sb/test-kit';
import { expect, it } from 'vitest';

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
