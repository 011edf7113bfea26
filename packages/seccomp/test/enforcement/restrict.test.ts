import { closeSync, openSync } from 'node:fs';

import { type EnforcementReport, recordHeaderLength, type SandboxErrorFields } from '@sb/core';
import { compileFixture, fixtureJson, missing, nodeReleases } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { thisMachine } from '../../src/tables/architectures.js';
import type { SeccompOptions, SeccompSupport } from '../../src/index.js';
import { confiner, type Confiner, nobody, recordOf } from '../support/confine.js';

interface State {
  readonly tasks: readonly { readonly mode: number; readonly filters: number; readonly noNewPrivs: boolean }[];
  readonly sync: string;
  readonly async: string;
  readonly twin: string;
  readonly worker: string;
  readonly child: string;
}

interface Restricted {
  readonly before: State;
  readonly reports: readonly (Partial<EnforcementReport> &
    Partial<SandboxErrorFields> & { readonly message?: string })[];
  readonly after: State;
}

const fixture = new URL('fixtures/restrict.ts', import.meta.url);
const noFolders: SeccompOptions = {
  base: 'deny-dangerous',
  deny: ['mkdir', 'mkdirat'],
  denied: { action: 'errno', errno: 'ENOTNAM' },
};
/** What a launcher does at least: libuv then has no io_uring that a later filter would take away. */
const firstStage: SeccompOptions = { base: 'allow-all', deny: ['@io-uring'] };

describe.skipIf(missing('linux', 'root'))('restrictSelf', () => {
  let filters: Confiner;
  beforeAll(async () => {
    filters = await confiner();
  });
  afterAll(() => filters[Symbol.dispose]());

  async function restrict(policies: readonly SeccompOptions[], node = process.execPath, first = firstStage) {
    const command = [node, compileFixture(fixture), JSON.stringify(policies)];
    const { stdout, stderr, status, signal } = await filters.run(first, command);
    if (status !== 0) throw new Error(`the fixture ended with ${status ?? signal}: ${stderr}`);
    return JSON.parse(stdout) as Restricted;
  }

  it.each(nodeReleases())(
    'refuses to deny io_uring to a running $version, and changes nothing',
    async ({ version, file }) => {
      const { reports, after } = await fixtureJson<Restricted>(fixture, [JSON.stringify([noFolders])], {
        ...nobody,
        node: file,
      });
      // libuv uses none in Node 20.
      const isFree = version.startsWith('v20.');
      const refusal = { code: 'io-uring-in-use', layer: 'seccomp', step: 'io-uring' };
      expect(reports).toEqual([expect.objectContaining(isFree ? { status: 'full' } : refusal)]);
      const free = { mode: 0, filters: 0, noNewPrivs: false };
      const expected = isFree ? { mode: 2, filters: 1, noNewPrivs: true } : free;
      for (const task of after.tasks) expect(task).toEqual(expected);
    },
  );

  it.each(nodeReleases())('permits $version its io_uring if the policy does', async ({ file }) => {
    const policies = [{ ...noFolders, allow: ['io_uring_enter'] }];
    const { reports, after } = await fixtureJson<Restricted>(fixture, [JSON.stringify(policies)], {
      ...nobody,
      node: file,
    });
    expect(reports[0]?.status).toBe('full');
    expect(after).toMatchObject({ async: expect.stringMatching(/ENOTNAM|118/), twin: 'OK' });
  });

  it.each(nodeReleases())('restricts every thread, worker and child on $version', async ({ file }) => {
    const { before, reports, after } = await restrict([noFolders], file);
    // Control: only the launcher's filter on the threads, and the call fails by nature.
    expect(before.tasks.length).toBeGreaterThan(6);
    for (const task of before.tasks) expect(task).toEqual({ mode: 2, filters: 1, noNewPrivs: true });
    expect(before).toMatchObject({ sync: 'ENOENT', async: 'ENOENT', worker: 'ENOENT', child: 'ENOENT', twin: 'OK' });
    expect(reports).toEqual([
      {
        status: 'full',
        features: [
          { layer: 'seccomp', feature: 'filter', state: 'enforced' },
          { layer: 'seccomp', feature: 'no_new_privs', state: 'already' },
        ],
      },
    ]);
    for (const task of after.tasks) expect(task).toEqual({ mode: 2, filters: 2, noNewPrivs: true });
    const code = after.sync;
    // Node has no name for this number in every release.
    expect(code).toMatch(/ENOTNAM|118/);
    expect(after).toMatchObject({ async: code, worker: code, child: code, twin: 'OK' });
  });

  it('stacks filters, of which the strictest decides', async () => {
    const { reports, after } = await restrict([{ base: 'allow-all' }, noFolders, { base: 'allow-all' }]);
    expect(reports.map(({ status }) => status)).toEqual(['full', 'full', 'full']);
    for (const task of after.tasks) expect(task.filters).toBe(4);
    expect(after.async).toMatch(/ENOTNAM|118/);
  });

  it.each(nodeReleases())('denies-exec-in-the-second-stage on $version', async ({ file }) => {
    const { before, reports, after } = await restrict([{ base: 'network-client-running' }], file);
    expect(before.child).toBe('ENOENT');
    expect(reports[0]?.status).toBe('full');
    expect(after).toMatchObject({ child: 'spawn EPERM', sync: 'EPERM', async: 'EPERM', worker: 'EPERM', twin: 'OK' });
  });

  it('names-the-thread-that-blocked-it, and restricts none', async () => {
    interface Blocked {
      readonly answer: { readonly failure: object | null; readonly thread: number };
      readonly error: SandboxErrorFields & { readonly message: string };
      readonly filtered: number;
    }
    const blocked = new URL('fixtures/blocked.ts', import.meta.url);
    const { answer, error, filtered } = await fixtureJson<Blocked>(blocked, [], nobody);
    expect(answer.failure).toBeNull();
    expect(error).toMatchObject({ code: 'thread-blocked', layer: 'seccomp', step: 'tsync' });
    expect(error.message).toContain(`thread ${answer.thread} (`);
    expect(filtered).toBe(1);
  });

  it('reports that the filter prevents reading back', async () => {
    const options: SeccompOptions = {
      base: 'allow-all',
      allow: ['@io-uring'],
      rules: [{ syscall: 'openat', action: { action: 'errno', errno: 'EMFILE' } }],
    };
    const unread = new URL('fixtures/unread.ts', import.meta.url);
    const { features } = await fixtureJson<EnforcementReport>(unread, [JSON.stringify(options)], nobody);
    expect(features[0]).toMatchObject({ state: 'enforced', reason: expect.stringContaining('EMFILE') });
  });

  it('loads a second stage if the first prevents reading /proc', async () => {
    const first: SeccompOptions = {
      base: 'allow-all',
      allow: ['@io-uring'],
      rules: [{ syscall: 'openat', action: { action: 'errno', errno: 'EACCES' } }],
    };
    const second: SeccompOptions = { base: 'allow-all', deny: ['reboot'] };
    const args = [first, second].map((options) => JSON.stringify(options));
    const unread = new URL('fixtures/unread.ts', import.meta.url);
    const { features } = await fixtureJson<EnforcementReport>(unread, args, nobody);
    expect(features[0]).toMatchObject({ state: 'enforced', reason: expect.stringContaining('EACCES') });
  });

  it.each(nodeReleases())('finds an io_uring of $version after a thousand descriptors', async ({ version, file }) => {
    const nothing = openSync('/dev/null', 'r');
    try {
      const settings = { ...nobody, node: file, descriptors: Array.from({ length: 1100 }, () => nothing) };
      const { reports } = await fixtureJson<Restricted>(fixture, [JSON.stringify([noFolders])], settings);
      const expected = version.startsWith('v20.') ? { status: 'full' } : { code: 'io-uring-in-use' };
      expect(reports).toEqual([expect.objectContaining(expected)]);
    } finally {
      closeSync(nothing);
    }
  });

  it('reports what this kernel has, which filters this thread has, and what forbids to ask', async () => {
    const asking = new URL('fixtures/support.ts', import.meta.url);
    const free = await fixtureJson<SeccompSupport>(asking, [], nobody);
    const under = async (options: SeccompOptions) => {
      const { stdout } = await filters.run(options, [process.execPath, compileFixture(asking)]);
      return JSON.parse(stdout) as SeccompSupport;
    };
    const had = free.state === 'available' ? free.filters : Number.NaN;
    expect(free).toMatchObject({ state: 'available', machine: thisMachine(), noNewPrivs: false });
    expect(free).toMatchObject({ actions: expect.arrayContaining(['kill-process', 'user-notify']) });
    expect(free).toMatchObject({ flags: expect.arrayContaining(['tsync', 'log', 'spec_allow', 'new_listener']) });
    expect(await under(firstStage)).toEqual({ ...free, noNewPrivs: true, filters: had + 1 });
    const forbidden = await under({ base: 'allow-all', deny: ['@io-uring', 'seccomp'] });
    expect(forbidden).toEqual({ state: 'unsupported-kernel', reason: expect.stringContaining('EPERM') });
  });

  it('puts the same bytes into the record as the launcher gets', () => {
    const record = recordOf(noFolders);
    expect(record.length).toBeGreaterThan(recordHeaderLength + 8);
    expect([...record.subarray(0, 2)]).toEqual([5, 1]);
  });
});
