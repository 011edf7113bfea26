/* Names resolve without unix sockets: where nscd answers or nsswitch.conf names resolve, C libraries fall back. */
import { writeFileSync } from 'node:fs';

import { fixtureJson, missing, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import type { SandboxOptions } from '../../src/index.js';

interface Answers {
  /** Outside, and under each policy. */
  readonly answers: readonly (readonly string[])[];
  /** How often nscd was asked for an address. */
  readonly asked: number;
}

const fixture = new URL('fixtures/name-service.ts', import.meta.url);
const script =
  'ip link set lo up && mount -t tmpfs none /run && mkdir /run/nscd && cd "$1" && ' +
  'for file in hosts nsswitch.conf resolv.conf; do mount --bind $file /etc/$file || exit; done && shift && exec "$@"';

const closed: readonly SandboxOptions[] = [
  {},
  { user: 'nobody' },
  { user: 'nobody', landlock: 'minimal', seccomp: 'network-client' },
];

describe.skipIf(missing('linux', 'root', 'landlock7', 'unshare'))('names', () => {
  it('resolve by hosts and by DNS where nscd and resolve come first, and can not be asked', async () => {
    using folder = temporaryFolder(0o755);
    writeFileSync(folder.file('hosts'), '127.0.0.5 file.test\n');
    writeFileSync(folder.file('nsswitch.conf'), 'hosts: resolve [!UNAVAIL=return] files dns\n');
    writeFileSync(folder.file('resolv.conf'), 'nameserver 127.0.0.1\n');
    const prefix = ['unshare', '--net', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', folder.path];
    const request = [
      ['file.test', 'dns.test'],
      [...closed, { unix: 'any' }],
    ];
    const { answers, asked } = await fixtureJson<Answers>(fixture, [JSON.stringify(request)], { prefix });
    // The control: outside, and where sockets are granted, nscd is asked and answers.
    const byNscd = ['192.0.2.66', '192.0.2.66'];
    const fallenBack = ['127.0.0.5', '127.0.0.9'];
    expect(answers).toEqual([byNscd, ...closed.map(() => fallenBack), byNscd]);
    expect(asked).toBe(4);
  });
});
