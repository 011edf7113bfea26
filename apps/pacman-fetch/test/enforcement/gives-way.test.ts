/* A process that can't be restricted gives way to a worker, and has lost nothing by then. */
import { writeFileSync } from 'node:fs';

import { bundleFixture, missing, nodeReleases, runProgram, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { environment } from '../kit/fetch-program.js';

const fixture = bundleFixture(new URL('fixtures/gives-way.ts', import.meta.url), 'external');

interface State {
  readonly input: string;
  readonly folder: string;
  readonly variables: readonly string[];
  readonly uid: number;
}

/** What a process has before and after its try; nothing after one that succeeds. */
async function attempt(node: string): Promise<{ readonly before: State; readonly after?: State }> {
  using folder = temporaryFolder(0o755);
  const config = folder.file('pacman.conf');
  writeFileSync(config, '[options]\nDownloadUser = nobody\n');
  writeFileSync(folder.file('typed'), 'typed');
  const given = JSON.stringify({ config, output: folder.file('x.sig.part') });
  // With an inherited descriptor it gives way for another reason, before it looks for a ring.
  const closing = 'for file in /proc/$$/fd/*; do n=${file##*/}; if [ $n -gt 2 ]; then eval "exec $n>&-"; fi; done';
  const script = `cd ${folder.path} && ${closing}; exec "$@" < typed`;
  const { stdout, stderr, status } = await runProgram('bash', ['-c', script, 'bash', node, fixture, given], {
    env: { ...environment, SB_SECRET: 'x' },
  });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return JSON.parse(stdout) as { readonly before: State; readonly after?: State };
}

/** Since then an io_uring runs the event loop, which doesn't survive its loss. */
const hasRing = ({ version }: { readonly version: string }): boolean => Number(/\d+/.exec(version)?.[0]) >= 22;
const releases = nodeReleases();

describe.skipIf(missing('root', 'linux', 'landlock6'))('a process that has an io_uring in use', () => {
  it.each(releases.filter(hasRing))(
    'keeps-its-input-folder-and-environment where it gives way: $version',
    async ({ file }) => {
      const { before, after } = await attempt(file);
      expect(before.input).toMatch(/\/typed$/);
      expect(before.folder).not.toBe('/');
      expect(before.variables).toContain('SB_SECRET');
      expect(after).toEqual(before);
    },
  );

  it.each(releases.filter((release) => !hasRing(release)))('control: $version has an io_uring', async ({ file }) => {
    expect((await attempt(file)).after).toBeUndefined();
  });
});
