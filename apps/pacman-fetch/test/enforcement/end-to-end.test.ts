import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';

import { missing, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { runFetch } from '../kit/fetch-program.js';
import { startMirror } from '../kit/mirror.js';

/* Runs on every kernel of the matrix: one download from its start to its end. */
describe.skipIf(missing('root', 'linux'))('end to end', () => {
  it('a download is whole and its parent’s, under every layer that there is, and is resumed', async () => {
    const content = randomBytes(300_000);
    await using mirror = await startMirror({ '/x.pkg': content });
    using folder = temporaryFolder();
    writeFileSync(folder.file('pacman.conf'), '[options]\nSandboxUser = nobody\n');
    const file = folder.file('x.part');
    for (const before of [undefined, content.subarray(0, 150_000)]) {
      if (before !== undefined) writeFileSync(file, before);
      const outcome = await runFetch(['--config', folder.file('pacman.conf'), '-o', file, `${mirror.origin}/x.pkg`]);
      expect(outcome).toMatchObject({ status: 0, stdout: '', stderr: '' });
      expect(readFileSync(file).equals(content)).toBe(true);
      expect(statSync(file).uid).toBe(0);
    }
    expect(mirror.requests.at(-1)?.headers.range).toBe('bytes=150000-');
  });
});
