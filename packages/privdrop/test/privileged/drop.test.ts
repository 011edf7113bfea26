import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

import type { EnforcementReport } from '@sb/core';
import { compileFixture, fixtureJson, missing, nodeReleases, runProgram, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

interface Status {
  readonly uid: string;
  readonly gid: string;
  readonly groups: string;
  readonly noNewPrivs: string;
  readonly capEff: string;
}

interface Dropped {
  readonly before: readonly Status[];
  readonly after: readonly Status[];
  readonly ways: Readonly<Record<string, string>>;
  readonly report: EnforcementReport;
  readonly environment: Readonly<Record<string, string>>;
}

const fixture = new URL('fixtures/drop.ts', import.meta.url);
const four = (id: number) => [id, id, id, id].join('\t');
const idOf = (flag: string, user: string) => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));

describe.skipIf(missing('root', 'linux'))('dropPrivileges', () => {
  const uid = idOf('-u', 'nobody');
  const gid = idOf('-g', 'nobody');

  it.each(nodeReleases())('changes every id of every thread for good on $version', async ({ file }) => {
    const { before, after, ways, report } = await fixtureJson<Dropped>(fixture, ['nobody'], { node: file });
    // Control: all of it was root's before, on every thread.
    expect(before.length).toBeGreaterThan(11);
    for (const task of before) expect(task).toMatchObject({ uid: four(0), gid: four(0), noNewPrivs: '0' });
    expect(after.length).toBe(before.length);
    for (const task of after) {
      expect(task).toEqual({ uid: four(uid), gid: four(gid), groups: '', noNewPrivs: '1', capEff: '0000000000000000' });
    }
    expect(ways).toEqual({
      setuid: 'EPERM',
      seteuid: 'EPERM',
      setgid: 'EPERM',
      setegid: 'EPERM',
      setgroups: 'EPERM',
      initgroups: 'EPERM',
    });
    expect(report.status).toBe('full');
    expect(report.features.map(({ state }) => state)).toEqual(['enforced', 'enforced', 'enforced', 'enforced']);
  });

  it('keeps exactly the groups that were listed', async () => {
    const { after } = await fixtureJson<Dropped>(fixture, ['nobody', '27,4']);
    for (const task of after) expect(task.groups).toBe('4 27');
  });

  it('keeps the groups of the user database on request', async () => {
    // A group database of the test's own, in a mount namespace of the test's own.
    using folder = temporaryFolder();
    writeFileSync(
      folder.file('group'),
      `${readFileSync('/etc/group', 'utf8')}one:x:7001:daemon\ntwo:x:7002:daemon,bin\n`,
    );
    const script = 'mount --bind "$1" /etc/group && shift && exec "$@"';
    const command = [
      '--mount',
      'sh',
      '-c',
      script,
      'sh',
      folder.file('group'),
      process.execPath,
      compileFixture(fixture),
    ];
    const run = async (groups: string): Promise<readonly string[]> => {
      const { stdout, stderr } = await runProgram('unshare', [...command, 'daemon', groups]);
      expect(stderr).toBe('');
      return (JSON.parse(stdout) as Dropped).after.map((task) => task.groups);
    };
    const threads = await run('initgroups');
    expect(threads.length).toBeGreaterThan(11);
    expect(new Set(threads)).toEqual(new Set(['7001 7002']));
    expect(new Set(await run('none'))).toEqual(new Set(['']));
  });

  it('sets HOME, USER, LOGNAME and SHELL of the user', async () => {
    const { environment } = await fixtureJson<Dropped>(fixture, ['daemon']);
    expect(environment).toEqual({ HOME: '/usr/sbin', USER: 'daemon', LOGNAME: 'daemon', SHELL: '/usr/sbin/nologin' });
  });

  it('is already done in a process of that user, and still verified', async () => {
    const { report, after } = await fixtureJson<Dropped>(fixture, [String(uid)], { uid, gid });
    expect(report.features.map(({ state }) => state)).toEqual(['already', 'already', 'already', 'enforced']);
    for (const task of after) expect(task).toMatchObject({ uid: four(uid), groups: '', noNewPrivs: '1' });
  });
});
