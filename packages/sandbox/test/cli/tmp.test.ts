/* sb-run with a private temporary folder: what the command has of it, and what is left. */
import { existsSync, readdirSync } from 'node:fs';

import { missing, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { says, sbRun } from '../sb-run.js';

describe.skipIf(missing('linux', 'landlock7'))('sb-run --tmp', () => {
  const line = 'echo x > $TMPDIR/f && cat $TMPDIR/f && echo $TMPDIR && cd && pwd';

  it('gives TMPDIR and HOME, which are gone afterwards', async () => {
    using folder = temporaryFolder(0o1777);
    const env = { ...process.env, TMPDIR: folder.path };
    const said = await says(['--tmp', '--tmp-home'], line, { env });
    const [first, tmp = '', home] = said.split('\n');
    expect([first, tmp.startsWith(folder.path)]).toEqual(['x', true]);
    expect(home).toMatch(/\/sb-tmp-\w{6}\/home-\w{6}$/);
    expect(existsSync(tmp)).toBe(false);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('gives one in memory', async () => {
    expect(await says(['--tmp=memory'], 'stat -f -c %T $TMPDIR')).toBe('tmpfs');
  });

  it('is required for --tmp-home, and the error names the option', async () => {
    const { status, stderr } = await sbRun(['--tmp-home', '--', 'true']);
    expect([status, stderr]).toEqual([125, expect.stringMatching(/--tmp-home is tmp, but the private/)]);
  });

  it('is in the plan, which makes no directory', async () => {
    using folder = temporaryFolder(0o1777);
    const env = { ...process.env, TMPDIR: folder.path };
    expect((await sbRun(['--tmp', '--dry-run'], { env })).stdout).toMatch(/^enforced +process\.tmp/m);
    expect((await sbRun(['--tmp', '--explain'], { env })).stdout).toMatch(/^private tmp/m);
    expect(readdirSync(folder.path)).toEqual([]);
  });
});
