/* A report that the disk has no room for: a part of one is no success in silence. */
import { mkdirSync, writeFileSync } from 'node:fs';

import { missing, runProgram, smallDisk, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { environment, program } from '../kit/fetch-program.js';
import { startMirror } from '../kit/mirror.js';

const content = Buffer.from('content');

/** What is there already: 96 bytes of its page are left, and no other page where the disk is filled. */
const before = 4000;

/** Downloads with a report on a disk of its own, and returns what was said, and the bytes of the report. */
async function download(name: string, fill: string) {
  using folder = temporaryFolder();
  for (const inner of ['disk', 'cache']) mkdirSync(folder.file(inner));
  writeFileSync(folder.file('pacman.conf'), '[options]\nSandboxUser = nobody\n');
  await using mirror = await startMirror({ '/x': content });
  await using disk = await smallDisk(folder.file('disk'));
  const script = `head -c ${before} /dev/zero > "$0"; ${fill}; "$@"; status=$?; stat -c %s "$0"; exit $status`;
  const report = folder.file('disk', 'report');
  const args = ['--config', folder.file('pacman.conf'), '--report', report, '-o', folder.file('cache', name)];
  const [enter = '', ...prefix] = disk.prefix;
  const words = [...prefix, 'sh', '-c', script, report, process.execPath, program, ...args, `${mirror.origin}/x`];
  const { status, stdout, stderr } = await runProgram(enter, words, { env: environment });
  return { status, stderr, size: Number(stdout) - before };
}

describe.skipIf(missing('root', 'linux', 'unshare'))('a report', () => {
  it.each(['x.part', 'x'])('that the disk has no room for is said, beside -o %s', async (name) => {
    const { stderr, size } = await download(name, 'head -c 2000000 /dev/zero > "$0.fill" 2> /dev/null');
    expect(size).toBeLessThan(97);
    expect(stderr).toMatch(
      /warning: cannot write the report .*\/report: cannot write to .*\/report: ENOSPC \(.*\)\n {7}Make room on the disk\.\n/,
    );
  });

  it.each(['x.part', 'x'])('that there is room for is whole, beside -o %s: the control', async (name) => {
    const { status, stderr, size } = await download(name, ':');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(size).toBeGreaterThan(1000);
  });
});
