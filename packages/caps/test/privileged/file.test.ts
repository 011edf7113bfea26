import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';

import { missing, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { type CapsError, fileCapabilities, format, parse } from '../../src/index.js';

function thrown(run: () => unknown): CapsError {
  try {
    run();
  } catch (error) {
    return error as CapsError;
  }
  throw new Error('nothing was thrown');
}

describe.skipIf(missing('root', 'linux', 'libcap'))('fileCapabilities', () => {
  it.each(['cap_net_raw=ep', 'cap_net_raw,cap_bpf=p', 'cap_chown=eip cap_kill+ei', 'cap_checkpoint_restore=ei', '=ep'])(
    'reads %s as getcap does',
    (text) => {
      using folder = temporaryFolder();
      const file = folder.file('program');
      writeFileSync(file, '');
      expect(fileCapabilities(file)).toBeUndefined();
      execFileSync('/usr/sbin/setcap', [text, file]);
      const found = fileCapabilities(file);
      expect(found).toMatchObject({ version: 2 });
      // A file has one effective bit for all, which libcap writes at each capability that it has.
      const { permitted = [], inheritable = [], effective } = found ?? {};
      const all = [...permitted, ...inheritable];
      const theirs = execFileSync('/usr/sbin/getcap', [file], { encoding: 'utf8' })
        .trim()
        .slice(file.length + 1);
      const ours = parse(format({ permitted, inheritable, effective: effective === true ? all : [] }));
      expect(ours).toEqual(parse(theirs));
      expect(effective).toBe(parse(text).effective.length > 0);
    },
  );

  it('reads the root id of a user namespace', () => {
    using folder = temporaryFolder();
    const file = folder.file('program');
    writeFileSync(file, '');
    execFileSync('/usr/sbin/setcap', ['-n', '100000', 'cap_net_raw=ep', file]);
    expect(fileCapabilities(file)).toEqual({
      version: 3,
      effective: true,
      permitted: ['cap_net_raw'],
      inheritable: [],
      rootId: 100_000,
    });
  });

  it('follows links, as execve does, and says so where there is nothing', () => {
    using folder = temporaryFolder();
    const file = folder.file('program');
    const link = folder.file('link');
    writeFileSync(file, '');
    execFileSync('/usr/sbin/setcap', ['cap_net_raw=p', file]);
    symlinkSync(file, link);
    mkdirSync(folder.file('folder'));
    expect(fileCapabilities(link)).toEqual(fileCapabilities(file));
    expect(fileCapabilities(folder.file('folder'))).toBeUndefined();
    expect(fileCapabilities('/proc/self/status')).toBeUndefined();
    const missingFile = thrown(() => fileCapabilities(folder.file('none')));
    expect(missingFile).toMatchObject({ code: 'syscall-failed', errno: 'ENOENT', path: folder.file('none') });
    expect(thrown(() => fileCapabilities(`${file}/`))).toMatchObject({ code: 'syscall-failed', errno: 'ENOTDIR' });
    expect(thrown(() => fileCapabilities(`${file}\0.txt`))).toMatchObject({ errno: 'ENOENT' });
  });

  it('follows a link before the .. behind it, as execve does', () => {
    using folder = temporaryFolder();
    mkdirSync(folder.file('near'));
    mkdirSync(folder.file('far/inner'), { recursive: true });
    symlinkSync(folder.file('far/inner'), folder.file('near/link'));
    writeFileSync(folder.file('far/program'), '');
    writeFileSync(folder.file('near/program'), '');
    execFileSync('/usr/sbin/setcap', ['cap_net_raw=p', folder.file('far/program')]);
    expect(fileCapabilities(`${folder.file('near')}/link/../program`)?.permitted).toEqual(['cap_net_raw']);
  });

  it.each([undefined, null, 5, {}, ['/']])('refuses %j', (path) => {
    expect(thrown(() => fileCapabilities(path as string))).toMatchObject({
      layer: 'caps',
      code: 'syscall-failed',
      errno: 'EINVAL',
    });
  });
});
