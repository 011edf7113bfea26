/* What the launcher makes of a rule that leads to files of cgroups by the time that it opens it: no earlier look helps. */
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

import * as landlock from '@sb/landlock';
import { missing, temporaryFolder } from '@sb/test-kit';
import { expect, it } from 'vitest';

import { launch } from '../../src/launch/launch.js';
import { launchError } from '../../src/launch/launch-error.js';
import { joinRecords } from '../../src/launch/process-record.js';
import { cgroupRoot, TestCgroup } from '../cgroups.js';
import { processOf } from '../launcher.js';

it.skipIf(missing('root', 'linux', 'landlock6', 'cgroup2'))(
  'a rule that leads to a cgroup starts nothing',
  async () => {
    using folder = temporaryFolder();
    await using own = new TestCgroup(`sb-test-own-${process.pid}`);
    await using beside = new TestCgroup(`sb-test-beside-${process.pid}`);
    const [link, plain] = [folder.file('link'), folder.file('plain')];
    mkdirSync(plain);
    symlinkSync(beside.path, link);

    /** How the start ends, with a rule for a path. */
    const startWith = async (path: string, right: 'write_file' | 'read_file', isClosed = true): Promise<string> => {
      const procs = openSync(join(own.path, 'cgroup.procs'), 'w');
      const cgroup = { procs: 3, kill: undefined, isClosed };
      const usual = ['/usr', '/lib', '/lib64', '/bin'].map((one) => landlock.rx(one, { optional: true }));
      const rules = landlock.policy({ abi: 6, paths: [...usual, { paths: [path], rights: [right] }], scope: [] });
      const { record } = landlock.plan(rules, landlock.support());
      const records = joinRecords([
        processOf(['/bin/true'], { cgroup, keep: [0, 1, 2, 3], writeDenied: false }),
        record,
      ]);
      const { child, status } = launch(records, ['ignore', 'ignore', 'ignore', procs]);
      closeSync(procs);
      const [said] = await Promise.all([status, once(child, 'close')]);
      if (said.kind !== 'failed') return said.kind;
      return launchError(said, landlock.plannedRules(rules, 6), { program: '/bin/true' }).message;
    };

    const refused = expect.stringMatching(
      /sandbox: the program could leave its cgroup: .* where \S+ leads at this moment/,
    );
    // Itself, one beside it by a link, a file in that, and all above.
    const places = [own.path, link, `${link}/cgroup.procs`, cgroupRoot(), dirname(cgroupRoot()), '/'];
    for (const path of places) expect([path, await startWith(path, 'write_file')]).toEqual([path, refused]);
    // The twins: reading, another directory, and a program of another user.
    expect(await startWith(link, 'read_file')).toBe('executed');
    expect(await startWith(plain, 'write_file')).toBe('executed');
    expect(await startWith(link, 'write_file', false)).toBe('executed');
  },
);
