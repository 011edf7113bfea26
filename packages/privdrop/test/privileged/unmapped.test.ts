/* In a user namespace every id that has no number there reads 65534, which is also nobody's (user_namespaces(7)). */
import { encodeRecord, encodeU32, type EnforcementReport, type SandboxErrorFields } from '@sb/core';
import { compileFixture, missing, runProgram } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import type { ProcessIdentity } from '../../src/identity.js';

type Outcome = Partial<SandboxErrorFields> & Partial<EnforcementReport>;

const unmapped = ['unshare', '--user'] as const;
const asNobody = ['unshare', '--user', '--map-user=65534', '--map-group=65534'] as const;
/** Without any group, and with one that has no number in the namespace. */
const [bare, grouped] = [
  ['setpriv', '--clear-groups'],
  ['setpriv', '--groups=27'],
] as const;
const nobody = { user: 'nobody' };
const shown = [65_534, 65_534, 65_534, 65_534];

async function runFixture<Result>(wrapper: readonly string[], name: string, argument: unknown): Promise<Result> {
  const [file = '', ...args] = wrapper;
  const fixture = compileFixture(new URL(`fixtures/${name}.ts`, import.meta.url));
  const { status, stdout, stderr } = await runProgram(file, [
    ...args,
    process.execPath,
    fixture,
    JSON.stringify(argument),
  ]);
  if (status !== 0) throw new Error(`${file} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as Result;
}

const drop = async (wrapper: readonly string[], options: object) =>
  await runFixture<{ outcome: Outcome; before: ProcessIdentity }>(wrapper, 'attempt', options);

describe.skipIf(missing('linux', 'root', 'unshare', 'userNamespaces'))('an id that is not mapped', () => {
  it('control: root of outside reads all of /etc/shadow there, and reads as nobody', async () => {
    const { before } = await drop([...bare, ...unmapped], nobody);
    expect([before.uid, before.gid]).toEqual([shown, shown]);
    const { stdout } = await runProgram('unshare', ['--user', 'head', '-c', '5', '/etc/shadow']);
    expect(stdout).toBe('root:');
  });

  it.each(['require', 'prefer'] as const)('is-not-taken-for-the-user-under-%s', async (level) => {
    const { outcome } = await drop([...bare, ...unmapped], { ...nobody, level });
    expect(outcome).toMatchObject({ code: 'not-mapped', layer: 'privdrop', step: 'plan' });
    expect(outcome.hint).toContain('/proc/self/uid_map');
  });

  it('is-not-taken-for-the-user-by-a-record-either', async () => {
    const verifyOnly = [
      ...encodeRecord({
        layer: 'privdrop',
        version: 1,
        flags: 1,
        payload: encodeU32([65_534, 65_534, 0]),
      }),
    ];
    const apply = async (wrapper: readonly string[]) =>
      (await runFixture<{ answers: readonly unknown[] }>(wrapper, 'apply', [verifyOnly])).answers;
    expect(await apply([...bare, ...unmapped])).toEqual([{ step: 'setresgid', syscall: 'setresgid', errno: 22 }]);
    // Twins: where the id exists, in a namespace and without one.
    expect(await apply([...bare, ...asNobody])).toEqual([null]);
    expect(await apply([...bare, '--reuid=65534', '--regid=65534'])).toEqual([null]);
  });

  it('twin: nobody who is mapped alone is taken, with no groups', async () => {
    const { outcome } = await drop([...bare, ...asNobody], nobody);
    expect(outcome.status).toBe('full');
  });

  it('does-not-stay-as-a-group-where-setgroups-is-denied', async () => {
    const { outcome, before } = await drop([...grouped, ...asNobody], nobody);
    // Group 27 of outside, which reads as nobody's own.
    expect(before.groups).toEqual([65_534]);
    expect(outcome).toMatchObject({ code: 'setgroups-denied' });
  });

  it('is-reported-as-a-group-that-is-kept-on-request', async () => {
    const { outcome } = await drop([...grouped, ...asNobody], {
      ...nobody,
      unsafeKeepGroupsWhereSetgroupsIsDenied: true,
    });
    expect(outcome.status).toBe('partial');
    const groups = outcome.features?.find(({ feature }) => feature === 'groups');
    expect(groups).toMatchObject({ state: 'unsupported', reason: expect.stringContaining('were kept') as string });
  });
});
