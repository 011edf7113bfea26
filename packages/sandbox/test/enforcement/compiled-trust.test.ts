/* Who can write to a compiled sandbox chooses what the next start is kept from: sb-exec takes none that others can change. */
import {
  chmodSync,
  chownSync,
  copyFileSync,
  lchownSync,
  mkdirSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';

import { missing, runProgram, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { nobody } from '../attack/place.js';
import { compileInto, execute, sbExec } from '../compiled.js';

let folder: TemporaryFolder;
let file: string;
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(folder.file('in'));
  file = compileInto(folder.file('in', 'tool.sb'), {}, ['/bin/echo', 'ran']);
});
afterEach(() => folder[Symbol.dispose]());

const alice = { uid: 1000, gid: 1000 } as const;
/** Writes a link of somebody's. */
function link(to: string, path: string, { uid, gid } = { uid: 0, gid: 0 }): void {
  symlinkSync(to, path);
  lchownSync(path, uid, gid);
}

type Attack = readonly [name: string, prepare: () => string | undefined];

/** What changes the place, and leaves the file where it is. */
const changed = (change: () => void) => (): undefined => {
  change();
};

const attacks: readonly Attack[] = [
  ['its group can write', changed(() => chmodSync(file, 0o775))],
  ['all can write', changed(() => chmodSync(file, 0o757))],
  ['another user owns', changed(() => chownSync(file, 1001, 1001))],
  ['lies in a folder that all can write', changed(() => chmodSync(folder.file('in'), 0o777))],
  ['lies in a folder that a group can write', changed(() => chmodSync(folder.file('in'), 0o775))],
  // Others can move a file of root's to that name.
  ['lies in a folder with the sticky bit', changed(() => chmodSync(folder.file('in'), 0o1777))],
  ['lies in a folder of a group with the sticky bit', changed(() => chmodSync(folder.file('in'), 0o1775))],
  ['lies in a folder of another user', changed(() => chownSync(folder.file('in'), 1001, 1001))],
  ['lies beneath a folder that all can write', changed(() => chmodSync(folder.path, 0o777))],
  [
    'a link of another user leads to, in a folder with the sticky bit',
    () => {
      mkdirSync(folder.file('tmp'));
      chmodSync(folder.file('tmp'), 0o1777);
      link(file, folder.file('tmp', 'link'), { uid: 1001, gid: 1001 });
      return folder.file('tmp', 'link');
    },
  ],
  [
    'a link of root’s leads to, which others can move there',
    () => {
      mkdirSync(folder.file('tmp'));
      chmodSync(folder.file('tmp'), 0o1777);
      link(file, folder.file('tmp', 'link'));
      return folder.file('tmp', 'link');
    },
  ],
  [
    'a link of root’s leads to, in a folder that all can write',
    () => {
      mkdirSync(folder.file('open'));
      chmodSync(folder.file('open'), 0o777);
      link(file, folder.file('open', 'link'));
      return folder.file('open', 'link');
    },
  ],
  [
    'a link leads to, through a folder of another user',
    () => {
      mkdirSync(folder.file('theirs'));
      chownSync(folder.file('theirs'), 1001, 1001);
      link(`${folder.path}/theirs/../in/tool.sb`, folder.file('link'));
      return folder.file('link');
    },
  ],
];

const twins: readonly Attack[] = [
  ['root owns alone', () => undefined],
  [
    'root’s links lead to, absolute and relative',
    () => {
      link('in/tool.sb', folder.file('one'));
      link(folder.file('one'), folder.file('two'));
      return folder.file('two');
    },
  ],
  ['lies beneath a folder with the sticky bit', changed(() => chmodSync(folder.path, 0o1777))],
  ['is named by dots', () => `${folder.path}/in/.././in//tool.sb`],
];

describe.skipIf(missing('linux', 'root', 'landlock7')).each([
  ['root', {}],
  ['an ordinary user', alice],
])('sb-exec of %s', (_who, ids) => {
  it.each(attacks)('takes-no-file-that %s', async (_name, prepare) => {
    const path = prepare() ?? file;
    const { status, stdout, stderr } = await execute([path], ids);
    expect([status, stdout]).toEqual([125, '']);
    expect(stderr).toMatch(/another user than root and you can change it/);
  });

  it.each(twins)('takes a file that %s', async (_name, prepare) => {
    const path = prepare() ?? file;
    expect(await execute([path], ids)).toMatchObject({ status: 0, stdout: 'ran\n', stderr: '' });
  });
});

describe.skipIf(missing('linux', 'root', 'landlock7'))('sb-exec', () => {
  it('takes an ordinary user’s own file, which root does not, nor another user', async () => {
    chownSync(folder.file('in'), alice.uid, alice.gid);
    chownSync(file, alice.uid, alice.gid);
    expect(await execute([file], alice)).toMatchObject({ status: 0, stdout: 'ran\n' });
    expect(await execute([file], {})).toMatchObject({ status: 125, stdout: '' });
    expect(await execute([file], nobody)).toMatchObject({ status: 125, stdout: '' });
  });

  it('takes a path from the working directory', async () => {
    expect(await execute(['tool.sb'], { cwd: folder.file('in') })).toMatchObject({ status: 0, stdout: 'ran\n' });
    chmodSync(folder.file('in'), 0o777);
    expect(await execute(['tool.sb'], { cwd: folder.file('in') })).toMatchObject({ status: 125, stdout: '' });
  });

  it('does-not-wait-for-a-writer of a FIFO, nor reads a device or a directory', async () => {
    await runProgram('/usr/bin/mkfifo', ['-m', '600', folder.file('fifo')]);
    for (const path of [folder.file('fifo'), '/dev/zero', folder.path, '/', `${file}/`]) {
      const { status, stdout, stderr } = await execute([path], { timeout: 5000 });
      expect([path, status, stdout]).toEqual([path, 125, '']);
      expect(stderr).toMatch(/cannot be opened/);
    }
  });

  it('lends-its-rights-to-nobody: with the set-user-ID bit it runs nothing', async () => {
    copyFileSync(sbExec(), folder.file('sb-exec'));
    chmodSync(folder.file('sb-exec'), 0o4755);
    expect(statSync(folder.file('sb-exec')).mode & 0o4000).toBe(0o4000);
    const { status, stdout, stderr } = await runProgram(folder.file('sb-exec'), [file], alice);
    expect([status, stdout]).toEqual([125, '']);
    expect(stderr).toMatch(/set-user-ID/);
  });

  it('control: runs with the ambient capabilities of its caller', async () => {
    const user = ['--reuid', '1000', '--regid', '1000', '--clear-groups'];
    const ambient = ['--inh-caps', '+net_bind_service', '--ambient-caps', '+net_bind_service'];
    const result = await runProgram('setpriv', [...user, ...ambient, sbExec(), file]);
    expect(result).toMatchObject({ status: 0, stdout: 'ran\n', stderr: '' });
  });

  it.each([['cap_dac_read_search+ep'], ['cap_setpcap+p']])(
    'lends-its-capabilities-to-nobody: with %s it runs nothing',
    async (capabilities) => {
      copyFileSync(sbExec(), folder.file('sb-exec'));
      chmodSync(folder.file('sb-exec'), 0o755);
      expect(await runProgram('/usr/sbin/setcap', [capabilities, folder.file('sb-exec')])).toMatchObject({ status: 0 });
      const { status, stdout, stderr } = await runProgram(folder.file('sb-exec'), [file], alice);
      expect([status, stdout]).toEqual([125, '']);
      expect(stderr).toMatch(/setcap -r/);
      // Root lends nothing by it: it has them all.
      expect(await runProgram(folder.file('sb-exec'), [file])).toMatchObject({ status: 0, stdout: 'ran\n' });
    },
  );

  it('reads what it has opened, even if another file is there by then', async () => {
    // A folder that root alone can write: here only root could do this.
    const other = compileInto(folder.file('in', 'other.sb'), {}, ['/bin/echo', 'other']);
    renameSync(other, file);
    expect(await execute([file])).toMatchObject({ stdout: 'other\n' });
    writeFileSync(file, '');
    expect(await execute([file])).toMatchObject({ status: 125, stdout: '' });
  });
});

describe.skipIf(missing('linux', 'root', 'landlock7', 'unshare', 'userNamespaces'))('sb-exec in a namespace', () => {
  /** As root of outside, which has this number there, and no other user has one. */
  const within = async (id: number) =>
    await runProgram('unshare', ['--user', `--map-user=${id}`, `--map-group=${id}`, sbExec(), file]);

  it('control: takes a file of the caller’s', async () => {
    expect(await within(1000)).toMatchObject({ status: 0, stdout: 'ran\n', stderr: '' });
  });

  it.each([1000, nobody.uid])('takes-no-file-whose-owner-has-no-number as %i', async (id) => {
    chownSync(file, 1001, 1001);
    const { status, stdout, stderr } = await within(id);
    expect([status, stdout]).toEqual([125, '']);
    expect(stderr).toMatch(/An owner that the user namespace does not map counts as another user/);
  });

  it('twin: takes a file of nobody’s where every user has a number', async () => {
    for (const path of [folder.file('in'), file]) chownSync(path, nobody.uid, nobody.gid);
    expect(await execute([file], nobody)).toMatchObject({ status: 0, stdout: 'ran\n', stderr: '' });
  });
});
