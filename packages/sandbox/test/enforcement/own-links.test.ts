/* A program that may write beside a path of its rules can put a link there, for its next start to follow. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readlinkSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';

import { missing, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { createSandbox, type SandboxOptions } from '../../src/index.js';
import { sbRunPath } from '../sb-run.js';

type Paths =
  NonNullable<Exclude<SandboxOptions['landlock'], string | undefined>> extends { paths?: infer P } ? P : never;

/** `app` is the program's own, `secret` is not; both are open to the user of the sandbox. */
function scene(uid: number) {
  const folder = temporaryFolder();
  chmodSync(folder.path, 0o755);
  const [app, secret] = [folder.file('app'), folder.file('secret')];
  for (const path of [app, secret, `${app}/bin`]) mkdirSync(path);
  writeFileSync(`${secret}/tool`, '#!/bin/sh\necho ran\n', { mode: 0o755 });
  writeFileSync(`${app}/bin/tool`, '#!/bin/sh\necho own\n', { mode: 0o755 });
  for (const path of [app, secret, `${app}/bin`, `${secret}/tool`, `${app}/bin/tool`]) chownSync(path, uid, uid);
  return { app, secret, file: (name: string) => folder.file(name), [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

/** Starts a script under `minimal` and rules; the error's code and step where it was not started. */
function start(paths: Paths, script: string, user?: string) {
  const tools = { rx: ['/bin', '/usr/bin'] };
  const options = {
    landlock: { preset: 'minimal' as const, paths: [...paths, tools] },
    ...(user === undefined ? {} : { user }),
  };
  using command = createSandbox(options).command('/bin/sh', ['-c', script]);
  const { status, stdout, stderr } = spawnSync(command.file, command.args, { encoding: 'utf8' });
  return { status, stdout, stderr };
}

const refused = {
  status: 125,
  stdout: '',
  stderr: expect.stringMatching(/failed landlock own-link : errno 40/) as string,
};

describe.skipIf(missing('linux', 'root', 'landlock7'))('a program that puts a link into its own rules', () => {
  it.each([
    ['as root', 0, undefined],
    ['as the sandbox’s user', 65_534, 'nobody'],
  ] as const)('gains nothing by its next start, %s', (_, uid, user) => {
    using place = scene(uid);
    const { app, secret } = place;
    const paths = [{ rw: app }, { rx: `${app}/bin` }] as Paths;
    // The control: the program may replace its folder, and not reach the secret.
    const first = start(paths, `cat ${secret}/tool; mv ${app}/bin ${app}/old && ln -s ${secret} ${app}/bin`, user);
    expect(first).toMatchObject({ status: 0, stdout: '', stderr: expect.stringContaining('Permission denied') });
    expect(start(paths, `${app}/bin/tool; cat ${secret}/tool`, user)).toMatchObject(refused);
    // The allowed twin: a link to what is its own.
    renameSync(`${app}/bin`, `${app}/link-to-secret`);
    symlinkSync('old', `${app}/bin`);
    expect(start(paths, `${app}/bin/tool`, user)).toMatchObject({ status: 0, stdout: 'own\n' });
  });

  it('gains nothing by a rule that may be missing, and keeps nobody from starting', () => {
    using place = scene(0);
    const { app, secret } = place;
    symlinkSync(secret, `${app}/way`);
    const paths = [{ rw: app }, { ro: `${app}/way`, optional: true }] as Paths;
    const read = `cat ${secret}/tool`;
    expect(start(paths, read)).toMatchObject({
      stdout: '',
      stderr: expect.stringContaining('Permission denied') as string,
    });
    // The twin: named itself.
    expect(start([{ rw: app }, { ro: secret }] as Paths, read)).toMatchObject({ status: 0, stderr: '' });
  });

  it.each<[string, (app: string) => Paths]>([
    ['a folder on the way', (app) => [{ rw: app }, { ro: `${app}/way/tool` }] as Paths],
    ['the folder that it may write to', (app) => [{ rw: app }, { rw: `${app}/way` }] as Paths],
    ['the first of two links', (app) => [{ rw: app }, { ro: `${app}/second` }] as Paths],
    ['a rule before the one that lets it make links', (app) => [{ ro: `${app}/way` }, { rw: app }] as Paths],
  ])('gains nothing by %s', (_, pathsOf) => {
    using place = scene(0);
    const { app, secret } = place;
    symlinkSync(secret, `${app}/way`);
    symlinkSync('way', `${app}/second`);
    expect(start(pathsOf(app), 'true')).toMatchObject(refused);
  });

  it('does not read its own unreadable directory by its own link', () => {
    using place = scene(0);
    const { app } = place;
    mkdirSync(`${app}/drop`);
    symlinkSync('../bin', `${app}/drop/link`);
    const drop = { paths: [app], rights: ['make_sym', 'make_reg', 'write_file'] } as const;
    expect(start([drop, { ro: `${app}/drop/link` }] as Paths, 'true')).toMatchObject(refused);
    expect(start([drop, { ro: `${app}/bin` }] as Paths, 'true')).toMatchObject({ status: 0 });
  });

  it('gains nothing by a link that it moved there with its directory', () => {
    using place = scene(0);
    const { app, secret } = place;
    for (const path of ['work', 'out', 'out/current', 'out/current/bin']) mkdirSync(`${app}/${path}`);
    const moves = ['read_dir', 'make_dir', 'remove_dir', 'refer'] as const;
    const work = { paths: [`${app}/work`], rights: [...moves, 'make_sym'] } as const;
    const out = { paths: [`${app}/out`], rights: moves } as const;
    const rules = [work, out, { rx: `${app}/out/current/bin` }] as Paths;
    const move = `cd ${app}; mkdir work/current; ln -s ${secret} work/current/bin; rm -d out/current/bin out/current; mv -T work/current out/current; ln -s x out/x`;
    // The control: it may move the folder there, and make no link there.
    expect(start(rules, move)).toMatchObject({ stderr: expect.stringContaining("link 'out/x'") as string });
    expect(readlinkSync(`${app}/out/current/bin`)).toBe(secret);
    expect(start(rules, 'true')).toMatchObject(refused);
  });

  it('gains nothing by renaming a directory with a link to a place where it may not make a link', () => {
    using place = scene(0);
    const { app, secret } = place;
    for (const path of ['out', 'out/other', 'out/current']) mkdirSync(`${app}/${path}`);
    symlinkSync(secret, `${app}/out/other/bin`);
    mkdirSync(`${app}/out/current/bin`);
    const out = { paths: [`${app}/out`], rights: ['read_dir', 'make_dir', 'remove_dir'] } as const;
    const rules = [out, { rx: `${app}/out/current/bin` }] as Paths;
    const move = `cd ${app}/out; mv -T current gone; mv -T other current; ln -s x y`;
    expect(start(rules, move)).toMatchObject({ stderr: expect.stringContaining("link 'y'") as string });
    expect(readlinkSync(`${app}/out/current/bin`)).toBe(secret);
    expect(start(rules, 'true')).toMatchObject(refused);
  });

  it('gains nothing where links may be made anywhere, by one that is its user’s', () => {
    using place = scene(65_534);
    const { app, secret } = place;
    const tools = ['/bin', '/usr/bin', '/lib', '/lib64', '/usr/lib'];
    const handle = ['execute', 'read_file', 'read_dir', 'write_file'] as const;
    const paths = [{ rx: [...tools, `${app}/bin`] }] as Paths;
    const again = (script: string) => {
      using command = createSandbox({ user: 'nobody', landlock: { preset: 'none', handle, paths } }).command(
        '/bin/sh',
        ['-c', script],
      );
      const { status, stdout, stderr } = spawnSync(command.file, command.args, { encoding: 'utf8' });
      return { status, stdout, stderr };
    };
    const first = again(`cat ${secret}/tool; mv ${app}/bin ${app}/old; ln -s ${secret} ${app}/bin`);
    expect(first).toMatchObject({
      status: 0,
      stdout: '',
      stderr: expect.stringContaining('Permission denied') as string,
    });
    expect(again(`cat ${secret}/tool`)).toMatchObject(refused);
    renameSync(`${app}/bin`, `${app}/theirs`);
    // The twin: root's link in the same place, which is root's by now.
    symlinkSync('old', `${app}/bin`);
    chownSync(app, 0, 0);
    expect(again(`${app}/bin/tool`)).toMatchObject({ status: 0, stdout: 'own\n' });
  });

  it('gains nothing where links may be made anywhere, of an ordinary user', () => {
    using place = scene(65_534);
    const { app, secret } = place;
    const rx = ['/bin', '/usr/bin', '/lib', '/lib64', '/usr/lib', `${app}/way`];
    const handle = ['execute', 'read_file', 'read_dir', 'write_file'] as const;
    const policy = place.file('policy.json');
    writeFileSync(policy, JSON.stringify({ landlock: { preset: 'none', handle, paths: [{ rx }] } }));
    const run = () => {
      const words = [sbRunPath(), '--policy', policy, '--', `${app}/way/tool`];
      return spawnSync(process.execPath, words, { uid: 65_534, gid: 65_534, encoding: 'utf8' });
    };
    symlinkSync(secret, `${app}/way`);
    // The control: root's link, which no program of that user made.
    expect(run()).toMatchObject({ status: 0, stdout: 'ran\n' });
    lchownSync(`${app}/way`, 65_534, 65_534);
    expect(run()).toMatchObject({ status: 125, stderr: expect.stringContaining('symbolic link') as string });
  });

  it('gains nothing if directories may be moved anywhere, of an ordinary user', () => {
    using place = scene(65_534);
    const { app, secret } = place;
    const folders = [`${app}/current`, `${app}/other`, place.file('public')];
    for (const path of folders) mkdirSync(path);
    symlinkSync(place.file('public'), `${app}/current/data`);
    symlinkSync(secret, `${app}/other/data`);
    for (const path of [...folders, `${app}/current/data`, `${app}/other/data`]) lchownSync(path, 65_534, 65_534);
    const policy = place.file('policy.json');
    const rx = ['/bin', '/usr/bin', '/lib', '/lib64', '/usr/lib'];
    const handle = ['execute', 'read_file', 'read_dir', 'write_file', 'make_sym', 'make_reg'] as const;
    const run = (handled: readonly string[], script: string) => {
      const paths = [{ rx }, { ro: `${app}/current/data` }];
      writeFileSync(policy, JSON.stringify({ landlock: { preset: 'none', handle: handled, paths } }));
      const words = [sbRunPath(), '--policy', policy, '--', '/bin/sh', '-c', script];
      return spawnSync(process.execPath, words, { uid: 65_534, gid: 65_534, encoding: 'utf8' });
    };
    const both = [...handle, 'make_dir', 'remove_dir'];
    const move = `cat ${secret}/tool; cd ${app}; mv -T current old && mv -T other current`;
    // The control: where folders can't be moved the user's own link is followed.
    expect(run(both, move)).toMatchObject({ status: 1, stdout: '' });
    expect(run(both, 'echo runs')).toMatchObject({ status: 0, stdout: 'runs\n' });
    expect(run(handle, 'true')).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('symbolic link') as string,
    });
  });

  it('gains nothing in a directory that is mounted on one in itself', () => {
    using place = scene(0);
    const { secret } = place;
    // The way up passes the same folder twice, once by each mount, before it comes to where links may be made.
    const top = place.file('top');
    mkdirSync(`${top}/tree/again`, { recursive: true });
    mkdirSync(`${top}/tree/cfg`);
    symlinkSync(secret, `${top}/tree/cfg/data`);
    const options = {
      landlock: {
        preset: 'minimal' as const,
        paths: [{ rx: ['/bin', '/usr/bin'] }, { rw: top }, { ro: `${top}/tree/again/cfg/data` }],
      },
    };
    using command = createSandbox(options).command('/bin/sh', ['-c', 'true']);
    const run = (mounted: string) => {
      const script = `mount --bind ${mounted} ${top}/tree/again && exec "$@"`;
      const words = ['--mount', '/bin/sh', '-c', script, 'sh', command.file, ...command.args];
      const { status, stdout, stderr } = spawnSync('unshare', words, { encoding: 'utf8' });
      return { status, stdout, stderr };
    };
    expect(run(`${top}/tree`)).toMatchObject(refused);
  });

  it('is given links elsewhere: those of root beside its directory', () => {
    using place = scene(65_534);
    const { app, secret } = place;
    symlinkSync(secret, place.file('link'));
    const paths = [{ rw: app }, { rx: place.file('link') }] as Paths;
    expect(start(paths, `${secret}/tool`, 'nobody')).toMatchObject({ status: 0, stdout: 'ran\n' });
  });

  it('may be granted all, with links on the way', () => {
    using place = scene(0);
    const { app, secret } = place;
    symlinkSync(secret, `${app}/way`);
    const paths = [{ rw: '/' }, { rx: `${app}/way` }] as Paths;
    expect(start(paths, `${app}/way/tool; echo x >${secret}/new`)).toMatchObject({ status: 0, stdout: 'ran\n' });
    expect(existsSync(`${secret}/new`)).toBe(true);
  });
});
