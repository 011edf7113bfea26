/* What the kernel says of a process is long where that has many groups; what was cut would be taken for what is there. */
import * as privdrop from '@sb/privdrop';
import * as seccomp from '@sb/seccomp';
import { compileFixture, missing, runProgram } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { processOf, run } from '../launcher.js';

const groups = Array.from({ length: 4000 }, (_, index) => 100_000 + index);
const user = () => privdrop.plan(privdrop.policy({ user: 'nobody', groups }), privdrop.support()).record;
const filter = () => seccomp.plan(seccomp.policy({ base: 'deny-dangerous' }), seccomp.support()).record;

describe.skipIf(missing('linux', 'root'))('a process with many groups', () => {
  it('is read to its end by the launcher, which has a filter over itself', async () => {
    const inner = await run([processOf(['/bin/true']), user(), filter()]);
    if (inner.status.kind !== 'executed') throw new Error(JSON.stringify(inner));
    expect(inner.status.task?.groups).toEqual(groups);
    expect(inner.status).toMatchObject({ filters: 0, task: { uid: [65_534, 65_534, 65_534, 65_534] } });
  });

  it('is read to its end by who restricts itself', async () => {
    const fixture = compileFixture(new URL('fixtures/restrict-self.ts', import.meta.url));
    const policy = { landlock: 'off', caps: 'off', seccomp: { base: 'allow-all', deny: ['@io-uring', 'reboot'] } };
    const own = [
      `--groups=${groups.join()}`,
      process.execPath,
      fixture,
      JSON.stringify({ policy, file: '/etc/passwd' }),
    ];
    const { stdout, stderr } = await runProgram('setpriv', own);
    expect(stderr).toBe('');
    const { report } = JSON.parse(stdout) as { report?: { verified?: { groups: readonly number[]; seccomp: number } } };
    expect(report?.verified).toMatchObject({ groups, seccomp: 2 });
  });
});
