import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { beforeAll, describe, expect, it } from 'vitest';

import { plan, policy, support } from '../../src/index.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

describe.skipIf(missing('linux', 'root'))('the second door: a static launcher without a libc', () => {
  const folder = temporaryFolder();
  const program = folder.file('launcher');

  beforeAll(async () => {
    const core = ['caps.c', 'record.c', 'verify.c'].map((name) => here(`../../native/${name}`));
    const flags = ['-std=gnu11', '-Os', '-ffreestanding', '-fno-stack-protector', '-nostdlib', '-static', '-s'];
    const strict = ['-Wall', '-Wextra', '-Werror', `-I${here('../../../native')}`];
    const { status, stderr } = await runProgram('gcc', [
      ...flags,
      ...strict,
      '-o',
      program,
      here('launcher.c'),
      ...core,
    ]);
    if (status !== 0 || stderr !== '') throw new Error(`the build failed: ${stderr}`);
    return () => folder[Symbol.dispose]();
  });

  const launch = (record: Uint8Array) => {
    const { status, stdout } = spawnSync(program, { input: record, encoding: 'utf8' });
    const lines = stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split(/\s+/));
    return { status, state: Object.fromEntries(lines.map(([name = '', value]) => [name.slice(0, -1), value])) };
  };

  it('becomes www-data and keeps only cap_net_bind_service', () => {
    const decided = policy({ keep: ['cap_net_bind_service'], ambient: ['cap_net_bind_service'] });
    const { record } = plan(decided, support(), { userSwitch: true });
    const [none, netBind] = ['0000000000000000', '0000000000000400'];
    expect(launch(record)).toEqual({
      status: 0,
      state: {
        Uid: '33',
        CapInh: netBind,
        CapPrm: netBind,
        CapEff: netBind,
        CapBnd: none,
        CapAmb: netBind,
        NoNewPrivs: '1',
      },
    });
    expect(statSync(program).size).toBeLessThan(16_384);
  });

  it('runs nothing where a step failed', () => {
    const decided = policy({ keep: ['cap_net_bind_service'], ambient: ['cap_net_bind_service'] });
    const { record } = plan(decided, support(), { userSwitch: true });
    // A record made for no change of user loses what it keeps, and the second phase fails.
    const { record: unaware } = plan(decided, support());
    const failures: readonly (readonly [bytes: Uint8Array, status: number])[] = [
      [record.slice(0, -1), 11],
      [Uint8Array.of(), 11],
      [unaware, 13],
    ];
    for (const [bytes, status] of failures) expect(launch(bytes)).toEqual({ status, state: {} });
  });
});
