// The programs in the `examples` of each package that end by themselves.
// @ts-check
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { has, run, same, succeeded } from './checks.mjs';
import { serve } from './server.mjs';
import { runWithoutRings } from './without-rings.mjs';

const folder = import.meta.dirname;
const isRoot = process.getuid?.() === 0;

/** What each prints, by package and program. @type {readonly (readonly [name: string, says: string, needsRoot?: boolean])[]} */
const programs = [
  ['caps/give-everything-up', 'switching to another user: refused', true],
  ['landlock/dry-run', ''],
  ['landlock/read-only', 'writing in the thread pool: EACCES'],
  ['seccomp/look-at-a-filter', ''],
  ['seccomp/restrict-this-process', 'starting a program: E'],
];

/** @param {import('./checks.mjs').Checks} tests */
export async function checks(tests) {
  const copies = join('/tmp', `examples-${process.getuid?.()}`);
  cpSync('/sb/examples', copies, { recursive: true });
  cpSync(join(folder, 'node_modules'), join(copies, 'node_modules'), { recursive: true, verbatimSymlinks: true });
  const env = { PATH: '/usr/bin:/bin', HOME: '/tmp' };
  for (const [name, says, needsRoot = false] of programs) {
    if (needsRoot && !isRoot) continue;
    await tests.test(`the example ${name}`, async () => {
      has(succeeded(await runWithoutRings([join(copies, `${name}.mjs`)])), says);
    });
  }
  const server = await serve();
  await tests.test('the example fetcher/download', async () => {
    const file = join(copies, 'page');
    const args = [join(copies, 'fetcher/download.mjs'), `${server.origin}/page`, file];
    same(succeeded(await run(process.execPath, args, { env })), 'done  (worker: full)\n');
    same(readFileSync(file, 'utf8'), 'page');
  });
  server.close();
}
