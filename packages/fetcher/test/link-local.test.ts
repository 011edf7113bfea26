/* A redirect to where clouds answer what a machine may know about itself. */
import { writeFileSync } from 'node:fs';

import { fixtureJson, missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

interface Answers {
  readonly outcomes: Readonly<Record<string, string>>;
  readonly asked: number;
}

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

describe.skipIf(missing('root', 'linux', 'landlock6', 'unshare'))('a link-local address', () => {
  it('is asked where the caller names it, and never where a redirect leads there, also by a name', async () => {
    writeFileSync(folder.file('hosts'), '127.0.0.1 mirror.test\n169.254.169.254 meta.test\n');
    // A network of its own, in which these addresses are servers of ours.
    const script =
      'ip link set lo up && for one in 169.254.169.254 100.100.100.200; do ip address add $one/32 dev lo; done && mount --bind "$1" /etc/hosts && shift && exec "$@"';
    const args = ['--net', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', folder.file('hosts')];
    const fixture = new URL('fixtures/link-local.ts', import.meta.url);
    const { outcomes, asked } = await fixtureJson<Answers>(fixture, [folder.path], { prefix: ['unshare', ...args] });
    const refused = (host: string): unknown => expect.stringMatching(`^redirect: A redirect leads to ${host}, a link`);
    expect(outcomes).toEqual({
      'its own address': 'done',
      'its own name': 'done',
      'from one of them to the other': 'done',
      'a redirect to the address': refused(String.raw`169\.254\.169\.254`),
      'a redirect to the address as a number': refused(String.raw`169\.254\.169\.254`),
      'a redirect to the address as IPv6': refused(String.raw`\[::ffff:a9fe:a9fe\]`),
      'a redirect to one of a cloud': refused(String.raw`100\.100\.100\.200`),
      'a redirect to the name': refused(String.raw`meta\.test`),
      'a redirect to its own name, which leads there by then': refused(String.raw`meta\.test`),
      'a redirect to an ordinary name': 'done',
      'a signature beside where a redirect leads': 'done',
    });
    expect(asked).toBe(5);
  });
});
