/* Words that a worker holds back until the end of a turn. */
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

import { bundleFixture } from '@sb/test-kit';
import { expect, it } from 'vitest';

const fixture = bundleFixture(new URL('fixtures/held-back.ts', import.meta.url));

it('words that were held back do not make the parent seem slow, and those that it does not read do', async () => {
  const child = spawn(process.execPath, [fixture], { stdio: ['ignore', 'pipe', 'inherit', 'pipe', 'pipe'] });
  const frames = child.stdio[4] as Readable;
  child.stdout?.once('data', () => frames.resume());
  const status = new Promise((resolve) => {
    child.once('close', resolve);
  });
  expect(await text(child.stdout as Readable)).toBe('written\nfalse,true,true,false\n');
  expect(await status).toBe(0);
});
