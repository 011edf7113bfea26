import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';

import { policy } from '@sb/privdrop';
import { missing, probePath, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { strayDescriptors } from '../../src/descriptors.js';
import { verify } from '../../src/parent/enforcement.js';

const user = { kind: 'switch', policy: policy({ user: 'nobody' }), source: 'test' } as const;
const features = (['user', 'group', 'groups'] as const).map((feature) => ({
  layer: 'privdrop',
  feature,
  state: 'enforced' as const,
}));

/** Starts a program that says a line and waits, and hands its process id to a check. */
async function whileRunning(
  file: string,
  args: readonly string[],
  options: object,
  check: (pid: number) => void,
): Promise<void> {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'], ...options });
  try {
    await once(child.stdout ?? child, 'data');
    check(child.pid ?? 0);
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

const noStray = [
  '-c',
  'for fd in /proc/self/fd/*; do n=${fd##*/}; [ $n -gt 2 ] && eval "exec $n>&-"; done 2>/dev/null; exec "$@"',
  'bash',
];

describe.skipIf(missing('root', 'linux'))('the parent', () => {
  it('sees a thread that stayed root, though the first one did not', async () => {
    await whileRunning('bash', [...noStray, probePath(), 'leave-thread-behind', '65534'], {}, (pid) => {
      expect(() => verify(user, features, pid)).toThrow("the worker's user is not what was asked for");
    });
  });

  it('takes a process whose every thread is the user', async () => {
    const script = `process.setgroups([]); process.setgid(65534); process.setuid(65534); console.log('ready'); setInterval(() => {}, 1000);`;
    await whileRunning('bash', [...noStray, process.execPath, '-e', script], {}, (pid) => {
      expect(verify(user, features, pid)).toMatchObject({
        status: 'full',
        verified: { uid: [65_534, 65_534, 65_534, 65_534] },
      });
    });
  });

  it('sees a descriptor that was inherited', async () => {
    using folder = temporaryFolder();
    writeFileSync(folder.file('log'), '');
    const script = `exec 50>>${folder.file('log')}; echo ready; sleep 60`;
    await whileRunning('bash', [...noStray, 'bash', '-c', script], {}, (pid) => {
      expect(strayDescriptors(pid, 6)).toEqual([50]);
      expect(() => verify(user, [], pid)).toThrow('holds descriptor 50, which it was not given');
    });
  });
});
