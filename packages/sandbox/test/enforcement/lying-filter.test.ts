/* Below a filter that answers with success and does nothing: to seccomp(2), where the mode is 2 already, or to clone(2). */
import { writeFileSync } from 'node:fs';
import { constants } from 'node:os';

import type { EnforcementReport } from '@sb/core';
import { arg } from '@sb/seccomp';
import { compileFixture, missing, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { processOf, run } from '../launcher.js';
import { saysYesTo } from '../liar.js';
import { sbRunPath } from '../sb-run.js';
import type { Started } from '../start.js';

const SECCOMP_SET_MODE_FILTER = 1;
/** The questions about actions and flags are answered by the kernel. */
const lying = () => saysYesTo('seccomp', [arg(0).eq32(SECCOMP_SET_MODE_FILTER), arg(2).ne64(0)]);
const honest = () => saysYesTo('personality');

/** Runs a fixture with one argument below a filter, and takes what it prints. */
async function below<Result>(filter: Uint8Array, name: string, argument: object): Promise<Result> {
  const fixture = compileFixture(new URL(`fixtures/${name}.ts`, import.meta.url));
  const argv = [process.execPath, fixture, JSON.stringify(argument)];
  const { status, stdout, stderr } = await run([processOf(argv, { dieWithParent: false }), filter]);
  if (stdout === '') throw new Error(`${JSON.stringify(status)}: ${stderr}`);
  return JSON.parse(stdout) as Result;
}

interface Restricted {
  readonly error?: { readonly code: string; readonly layer: string };
  readonly report?: EnforcementReport;
}

async function restrict(filter: Uint8Array): Promise<Restricted> {
  using folder = temporaryFolder();
  writeFileSync(folder.file('file'), '');
  const policy = { landlock: 'off', caps: 'off', seccomp: { base: 'allow-all', deny: ['@io-uring', 'reboot'] } };
  return await below<Restricted>(filter, 'restrict-self', { policy, file: folder.file('file') });
}

const start = { policy: { caps: 'off', landlock: 'off' }, program: '/bin/true' } as const;
const sleeping = { ...start, program: '/bin/sleep', args: ['0.3'] } as const;
const found = { code: 'verification-failed', layer: 'seccomp', step: 'prove' };

describe.skipIf(missing('linux', 'root'))('an outer filter', () => {
  it.each([
    ['that has ended by then', start],
    ['that still runs', sleeping],
  ])('control: that is honest leaves a program %s sandboxed', async (_name, request) => {
    const { report, status } = await below<Started>(honest(), 'start', request);
    expect(report?.verified.seccomp).toBe(2);
    expect(report?.features).toContainEqual({ layer: 'seccomp', feature: 'filter', state: 'enforced' });
    expect(status).toBe(0);
  });

  it.each([
    ['that would have ended by then', start],
    ['that would still run', sleeping],
  ])('that-lies-lets-no-program-run %s', async (_name, request) => {
    const { report, error, status } = await below<Started>(lying(), 'start', request);
    expect(report).toBeUndefined();
    expect(error).toMatchObject(found);
    expect(error?.message).toContain('is not in force');
    // As of a program that child_process can't start.
    expect([report, status]).toEqual([undefined, -constants.errno.ECANCELED]);
  });

  it('that-lies-is-found-by-who-restricts-itself', async () => {
    const { report, error } = await restrict(lying());
    expect(report).toBeUndefined();
    expect(error).toMatchObject({ code: 'verification-failed', layer: 'seccomp' });
  });

  it('twin: that is honest does not hinder a process that restricts itself', async () => {
    const { report, error } = await restrict(honest());
    expect(error).toBeUndefined();
    expect(report?.features).toContainEqual({ layer: 'seccomp', feature: 'filter', state: 'enforced' });
  });
});

/** CLONE_THREAD of <linux/sched.h>, and CSIGNAL: a child that nobody gets a signal of is asked in (sb_ask.h). */
const threadOrSignal = 0x1_00ff;

describe.skipIf(missing('linux', 'root'))('a filter that says yes to a process apart', () => {
  it.each([
    ['control: and makes one', () => saysYesTo('personality')],
    ['and-makes-none-ends-nobody-with-success', () => saysYesTo('clone', [arg(0).maskedEq32(threadOrSignal, 0)])],
  ])('%s', async (_name, filter) => {
    const argv = [process.execPath, sbRunPath(), '--', '/bin/echo', 'ran'];
    const { status, exit, stdout, stderr } = await run([processOf(argv, { dieWithParent: false }), filter()]);
    expect(status.kind).toBe('executed');
    expect({ exit, stdout, stderr }).toEqual({ exit: 0, stdout: 'ran\n', stderr: '' });
  });
});
