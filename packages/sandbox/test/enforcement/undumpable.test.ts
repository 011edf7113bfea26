/* A neighbour takes the descriptors of other processes of its user. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { text } from 'node:stream/consumers';

import { compileFixture, missing, Neighbour, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { createSandbox, type SandboxOptions } from '../../src/index.js';

const program = compileFixture(new URL('fixtures/holds-a-file.ts', import.meta.url));

/** A user of its own: what other tests run as nobody is left alone. */
const user = { uid: 9, gid: 9 };

const thief = async (word: string) =>
  await Neighbour.start({ as: { ...user, groups: [user.gid] }, tactics: [['take', process.pid, word]] });

/** What a thief got, and what the kernel answered it. */
async function storyOf(neighbour: Neighbour) {
  const { did, gained } = await neighbour.stop();
  // It may come too late.
  const answers = did.filter(({ outcome }) => outcome !== 'ESRCH').map(({ what, outcome }) => `${what} ${outcome}`);
  return {
    answers: [...new Set(answers)],
    gained: [...new Set(gained.map(({ what }) => what))],
  };
}

const robbed = { answers: ['take OK'], gained: ['pidfd_getfd', 'written'] };
const refused = { answers: ['take EPERM'], gained: [] };

/** What a thief says of a process that has a file open for writing. */
async function attackOn(how: 'closed' | 'open') {
  using folder = temporaryFolder();
  const file = openSync(folder.file('x'), 'w+');
  const child = spawn(process.execPath, [program, how], { ...user, stdio: ['ignore', 'pipe', 'inherit', file] });
  closeSync(file);
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  await using neighbour = await thief(program);
  await once(child, 'exit');
  return await storyOf(neighbour);
}

it.skipIf(missing('root', 'linux'))(
  'a process that is undumpable keeps its descriptors, and an ordinary one does not',
  async () => {
    expect(await attackOn('open')).toEqual(robbed);
    expect(await attackOn('closed')).toEqual(refused);
  },
);

describe.skipIf(missing('root', 'linux', 'landlock6'))('a child in a sandbox', () => {
  /** What a thief gets while Node starts in a sandbox and stays for a while, with a file open for writing. */
  async function attackInside(mark: string, options: SandboxOptions, undumpable = false) {
    using folder = temporaryFolder();
    const file = openSync(folder.file('x'), 'w+');
    await using neighbour = await thief(mark);
    const sandbox = createSandbox({ user: 'news', ...options });
    const args = ['-e', 'setTimeout(() => console.log(process.getuid()), 1000)', mark];
    const child = sandbox.spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit', file], undumpable });
    closeSync(file);
    const [said, report] = await Promise.all([text(child.stdout), child.enforcement]);
    expect([said.trim(), report.verified?.uid[0]]).toEqual([String(user.uid), user.uid]);
    return { ...(await storyOf(neighbour)), report };
  }

  it('is looked into by another process of its user: the control', async () => {
    expect(await attackInside('sb-open-to-all', {})).toMatchObject(robbed);
  });

  it('is not where it was asked for, from its first instruction on', async () => {
    expect(await attackInside('sb-undumpable', {}, true)).toMatchObject(refused);
  });

  it('is not with a group that no other process has, and keeps the files of its user’s group', async () => {
    const { report, ...story } = await attackInside('sb-private-group', { privateGroup: 'require' });
    expect(story).toEqual(refused);
    const { gid, groups } = report.verified ?? { gid: [], groups: [] };
    expect(gid[0]).toBeGreaterThanOrEqual(1_879_048_192);
    expect([new Set(gid).size, groups]).toEqual([1, [user.gid]]);
    const line = { layer: 'privdrop', feature: 'private_group', state: 'enforced', reason: `gid ${gid[0]}` };
    expect(report.features).toContainEqual(line);
  });
});
