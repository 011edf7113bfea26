/*
 * What came with one ABI and shows only from there on: every test runs on every kernel, with Landlock and without, and
 * says what is different where the kernel hasn't got it.
 */
import { chmodSync, writeFileSync } from 'node:fs';

import { fixtureJson, missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { type LandlockReport, newestAbi, policy, support } from '../../src/index.js';
import { startNameServer } from './name-server.js';
import { compile, nobody } from './programs.js';

interface Reading {
  readonly main: unknown;
  readonly workers: readonly unknown[];
}

interface Threads {
  readonly after: { readonly granted: Reading; readonly secret: Reading };
  readonly later: unknown;
  readonly tasks: number;
  readonly report: LandlockReport;
}

const thread = (outcome: string) => ({ sync: outcome, pool: Array.from({ length: 8 }, () => outcome) });
const everywhere = (outcome: string): Reading => ({
  main: thread(outcome),
  workers: [thread(outcome), thread(outcome)],
});

describe.skipIf(missing('linux', 'root'))('on this generation of kernels', () => {
  const { abi, state } = support();

  it('no thread is left out, by the broadcast below ABI 8 and by the kernel from there on', async () => {
    using folder = temporaryFolder();
    const [granted, secret] = [folder.file('granted'), folder.file('secret')];
    for (const file of [granted, secret]) {
      writeFileSync(file, 'content');
      chmodSync(file, 0o644);
    }
    const fixture = new URL('fixtures/threads.ts', import.meta.url);
    const { after, later, tasks, report } = await fixtureJson<Threads>(fixture, [granted, secret, 'prefer'], nobody);
    const denied = abi > 0 ? 'EACCES' : 'OK';
    expect(after).toEqual({ granted: everywhere('OK'), secret: everywhere(denied) });
    expect(later).toEqual(thread(denied));
    expect(tasks).toBeGreaterThan(12);
    expect(report.threads ?? 0).toBe(abi > 0 ? tasks : 0);
    // The fixture's policy asks for nothing that came after ABI 6.
    expect(report.status).toBe(abi === 0 ? 'none' : abi >= 6 ? 'full' : 'partial');
  });

  it('a name is resolved where UDP is restricted and port 53 granted, and not where it is not', async () => {
    const server = '127.0.0.99';
    using names = await startNameServer(server, [192, 0, 2, 7]);
    const resolved = async (port: number | undefined) => {
      const rules = { abi: newestAbi, net: { connectSendUdp: [port ?? 0], bindUdp: [0] }, require: [] };
      const text = port === undefined ? '' : JSON.stringify(policy(rules));
      const fixture = new URL('fixtures/resolve.ts', import.meta.url);
      return await fixtureJson(fixture, [text, server, 'name.example'], nobody);
    };
    const found = { addresses: ['192.0.2.7'] };
    expect(await resolved(undefined)).toEqual(found);
    expect(await resolved(53)).toEqual(found);
    const asked = names.questions();
    expect(asked).toBe(2);
    const other = await resolved(54);
    if (abi < 10) {
      expect(other).toEqual(found);
      return;
    }
    expect(other).toEqual({ code: 'ECONNREFUSED' });
    expect(names.questions()).toBe(asked);
  });

  it('the flag that sets no_new_privs is taken from ABI 11 on, and refused below', async () => {
    const { program, folder } = await compile('new-privs-flag');
    using _ = folder;
    const { stdout, stderr } = await runProgram(program, [], nobody);
    expect(stderr).toBe('');
    const answers = {
      none: `no ruleset: ${state === 'disabled-at-boot' ? 'EOPNOTSUPP' : 'ENOSYS'}\n`,
      refused: 'plain EPERM 0, flag EPERM 0, again EINVAL, read OK\n',
      taken: 'plain EPERM 0, flag OK 1, again OK, read EACCES\n',
    };
    expect(stdout).toBe(abi === 0 ? answers.none : abi >= 11 ? answers.taken : answers.refused);
  });
});
