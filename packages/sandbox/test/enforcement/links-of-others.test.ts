/* A link in the path of a rule that root need not have put there: a program of another policy, or another user, did. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  chownSync,
  lchownSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';

import { missing, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { createSandbox, type SandboxOptions } from '../../src/index.js';

type Paths =
  NonNullable<Exclude<SandboxOptions['landlock'], string | undefined>> extends { paths?: infer P } ? P : never;

const [nobody, stranger] = [65_534, 61_717];

/** `shared` is the sandbox's user's, `secret` and what is in it are open to that user, and no rule names them. */
function scene() {
  const folder = temporaryFolder();
  chmodSync(folder.path, 0o755);
  const [shared, secret] = [folder.file('shared'), folder.file('secret')];
  for (const path of [shared, secret, `${shared}/conf`]) {
    mkdirSync(path);
    chownSync(path, nobody, nobody);
  }
  for (const path of [`${secret}/key`, `${shared}/conf/key`]) {
    writeFileSync(path, `of ${path.includes('secret') ? 'another' : 'this'}\n`);
    chownSync(path, nobody, nobody);
  }
  return { folder, shared, secret, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

/** Starts a script under `minimal` and rules. */
function start(paths: Paths, script: string, user: string | undefined = 'nobody') {
  const landlock = { preset: 'minimal' as const, paths: [...paths, { rx: ['/bin', '/usr/bin'] }] };
  using command = createSandbox(user === undefined ? { landlock } : { landlock, user }).command('/bin/sh', [
    '-c',
    script,
  ]);
  const { status, stdout, stderr } = spawnSync(command.file, command.args, { encoding: 'utf8' });
  return { status, stdout, stderr };
}

function link(target: string, path: string, uid: number) {
  symlinkSync(target, path);
  lchownSync(path, uid, uid);
}

const refused = {
  status: 125,
  stdout: '',
  stderr: expect.stringMatching(/failed landlock own-link : errno 40/) as string,
};
const denied = { stdout: '', stderr: expect.stringContaining('Permission denied') as string };

describe.skipIf(missing('linux', 'root', 'landlock7'))('a link that root need not have put there', () => {
  it('widens no sandbox of another policy, made by a program of the same user', () => {
    using place = scene();
    const { shared, secret } = place;
    const other = [{ ro: `${shared}/conf` }] as Paths;
    const read = `cat ${secret}/key`;
    expect(start(other, `${read}; cat ${shared}/conf/key >&2`)).toMatchObject({
      ...denied,
      status: 0,
      stderr: expect.stringMatching(/Permission denied[^]*of this/) as string,
    });
    // The control: its own policy keeps it from the secret, and lets it make the link.
    const own = start([{ rw: shared }] as Paths, `${read}; cd ${shared}; mv conf old; ln -s ../secret conf`);
    expect(own).toMatchObject({ ...denied, status: 0 });
    expect(start(other, read)).toMatchObject(refused);
    // The twin: what the link leads to by its name.
    expect(start([{ ro: secret }] as Paths, read)).toMatchObject({ status: 0, stdout: 'of another\n' });
  });

  it('takes an optional rule away, which keeps no other from starting', () => {
    using place = scene();
    const { folder, shared, secret } = place;
    const path = folder.file('listed');
    const paths = (optional: boolean) => [{ ro: path, optional }, { ro: shared }] as Paths;
    const script = `cat ${secret}/key ${path}/key; cat ${shared}/conf/key`;
    mkdirSync(path);
    writeFileSync(`${path}/key`, 'of root\n');
    expect(start(paths(true), script)).toMatchObject({ stdout: 'of root\nof this\n' });
    // It was a directory when it was listed.
    rmSync(path, { recursive: true });
    link(secret, path, stranger);
    expect(start(paths(true), script)).toEqual({ ...denied, status: 0, stdout: 'of this\n' });
    expect(start(paths(true), script, undefined)).toEqual({ ...denied, status: 0, stdout: 'of this\n' });
    // The twin.
    expect(start(paths(false), script)).toMatchObject({ status: 125, stdout: '' });
  });

  it.each<[string, (place: ReturnType<typeof scene>) => string]>([
    [
      'that its user owns, in a folder of root’s',
      ({ folder, secret }) => {
        link(secret, folder.file('theirs'), nobody);
        return folder.file('theirs');
      },
    ],
    [
      'of root’s that its user moved',
      ({ shared, secret }) => {
        link(secret, `${shared}/made-by-root`, 0);
        return `${shared}/made-by-root`;
      },
    ],
    [
      'of root’s in a folder that its user moved',
      ({ shared, secret }) => {
        mkdirSync(`${shared}/of-root`);
        link(secret, `${shared}/of-root/link`, 0);
        return `${shared}/of-root/link`;
      },
    ],
    [
      'of root’s in a folder for all',
      ({ folder, secret }) => {
        mkdirSync(folder.file('open'));
        chmodSync(folder.file('open'), 0o1777);
        link(secret, folder.file('open/link'), 0);
        return folder.file('open/link');
      },
    ],
    [
      'of root’s in a folder of a group',
      ({ folder, secret }) => {
        mkdirSync(folder.file('group'));
        chownSync(folder.file('group'), 0, nobody);
        chmodSync(folder.file('group'), 0o775);
        link(secret, folder.file('group/link'), 0);
        return folder.file('group/link');
      },
    ],
    [
      'that a third user left in a folder that is root’s by now',
      ({ folder, secret }) => {
        link(secret, folder.file('third'), 7);
        return folder.file('third');
      },
    ],
  ])('widens no sandbox: one %s', (_, made) => {
    using place = scene();
    const path = made(place);
    expect(start([{ ro: ['/proc', path] }] as Paths, `cat ${place.secret}/key`)).toMatchObject(refused);
  });

  it('widens no sandbox: one to what the launcher itself has open', () => {
    using place = scene();
    const { folder, secret } = place;
    const held = openSync(`${secret}/key`, 'r');
    link('/proc/self/fd/0', folder.file('theirs'), nobody);
    const paths: Paths = [{ ro: ['/proc', folder.file('theirs')] }, { rx: ['/bin', '/usr/bin'] }];
    const sandbox = createSandbox({ user: 'nobody', landlock: { preset: 'minimal', paths } });
    using command = sandbox.command('/bin/sh', ['-c', `cat ${secret}/key`]);
    const found = spawnSync(command.file, command.args, { encoding: 'utf8', stdio: [held, 'pipe', 'pipe'] });
    expect(found).toMatchObject(refused);
    closeSync(held);
  });

  it('to what another process has open is not followed by root', () => {
    using place = scene();
    const { folder, secret } = place;
    const held = openSync(`${secret}/key`, 'r');
    link(`/proc/${process.pid}/fd/${held}`, folder.file('theirs'), nobody);
    const rules: Paths = [{ ro: ['/proc', folder.file('theirs')] }];
    expect(start(rules, `cat ${secret}/key`)).toMatchObject({
      status: 125,
      stdout: '',
      stderr: expect.stringMatching(/failed landlock link : errno 40/) as string,
    });
    closeSync(held);
  });

  it('is followed to what another rule grants: a directory in it, a file, what is executed', () => {
    using place = scene();
    const { folder, shared, secret } = place;
    mkdirSync(folder.file('open'));
    chmodSync(folder.file('open'), 0o1777);
    link(`${shared}/conf`, folder.file('open/link'), 0);
    link('conf/key', `${shared}/key`, nobody);
    link('conf', `${shared}/way`, nobody);
    const rules: Paths[] = [
      [{ ro: [shared, `${shared}/way`, `${shared}/key`] }],
      [{ ro: [`${shared}/key`, `${shared}/conf/key`] }],
      [{ rx: [`${shared}/way`, shared] }],
      [{ ro: [shared, folder.file('open/link')] }],
    ];
    for (const paths of rules)
      expect(start(paths, `cat ${shared}/key`)).toMatchObject({ status: 0, stdout: 'of this\n' });
    // More than that one grants it is not.
    for (const paths of [
      [{ rx: `${shared}/way` }, { ro: shared }],
      [{ rw: `${shared}/key` }, { ro: `${shared}/conf/key` }],
      [{ ro: `${shared}/key` }, { ro: `${secret}/key` }],
    ] as Paths[])
      expect(start(paths, 'true')).toMatchObject(refused);
  });

  it('is not followed where it is a stranger’s, wherever it leads', () => {
    using place = scene();
    const { folder, shared } = place;
    const theirs = folder.file('theirs');
    mkdirSync(theirs);
    link(shared, `${theirs}/link`, stranger);
    const paths = [{ ro: [shared, `${theirs}/link`] }] as Paths;
    // The control: in a folder of root's it leads there.
    expect(start(paths, 'true')).toMatchObject({ status: 0, stderr: '' });
    chownSync(theirs, stranger, stranger);
    const stderr = expect.stringMatching(/failed landlock link : errno 40/) as string;
    expect(start(paths, 'true')).toMatchObject({ status: 125, stderr });
  });

  it('is followed if only root puts links there, beneath a directory for all', () => {
    using place = scene();
    const { folder, secret } = place;
    link(secret, folder.file('link'), 0);
    expect(start([{ ro: folder.file('link') }] as Paths, `cat ${folder.path}/link/key`)).toMatchObject({
      status: 0,
      stdout: 'of another\n',
    });
  });

  it('leads to the program that was looked at', () => {
    using place = scene();
    const { shared } = place;
    writeFileSync(`${shared}/tool.sh`, '#!/bin/sh\necho ran\n', { mode: 0o755 });
    link('tool.sh', `${shared}/tool`, nobody);
    const landlock = { preset: 'minimal' as const, paths: [{ rx: ['/bin', '/usr/bin'] }] };
    using command = createSandbox({ landlock, user: 'nobody' }).command(`${shared}/tool`);
    const { stdout, stderr } = spawnSync(command.file, command.args, { encoding: 'utf8' });
    expect({ stdout, stderr }).toEqual({ stdout: 'ran\n', stderr: '' });
  });

  it.each([
    ['for root', undefined],
    ['for the sandbox’s user', 'nobody'],
  ] as const)('is not followed where a stranger moved one of root’s, %s', (_, user) => {
    using place = scene();
    const { folder, secret } = place;
    const theirs = folder.file('theirs');
    mkdirSync(theirs);
    link(secret, `${theirs}/logs`, 0);
    mkdirSync(`${theirs}/conf`);
    chownSync(theirs, stranger, stranger);
    const paths = [{ ro: `${theirs}/conf` }] as Paths;
    expect(start(paths, `cat ${secret}/key`, user)).toMatchObject(denied);
    rmSync(`${theirs}/conf`, { recursive: true });
    renameSync(`${theirs}/logs`, `${theirs}/conf`);
    expect(start(paths, `cat ${secret}/key`, user)).toMatchObject(refused);
    // The twin: the same link where the stranger moves nothing.
    chownSync(theirs, 0, 0);
    expect(start(paths, `cat ${secret}/key`, user)).toMatchObject({ status: 0, stdout: 'of another\n' });
  });
});
