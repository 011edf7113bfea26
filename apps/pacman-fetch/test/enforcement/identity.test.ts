import { type ChildProcess, spawn } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from 'node:fs';

import type { EnforcementReport } from '@sb/core';
import { missing, runProgram, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  childrenOf,
  environment,
  eventually,
  isInOneProcess,
  program,
  runFetch,
  startFetch,
} from '../kit/fetch-program.js';
import { type Mirror, startMirror } from '../kit/mirror.js';

const nobody = 65_534;
const four = `${nobody}\t${nobody}\t${nobody}\t${nobody}`;
let mirror: Mirror;
let folder: TemporaryFolder;

beforeAll(async () => {
  mirror = await startMirror(
    { '/x': Buffer.from('content') },
    { '/stalled': (_request, response) => void response.writeHead(200, { 'content-length': 10 }).write('half') },
  );
});
afterAll(async () => await mirror[Symbol.asyncDispose]());
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

function config(...lines: readonly string[]): string {
  const file = folder.file('pacman.conf');
  writeFileSync(file, ['[options]', ...lines, ''].join('\n'));
  return file;
}

/** The lines of a status file that say who a thread is, and what it may. */
function whoIs(pid: number, tid: string): Record<string, string> {
  const text = readFileSync(`/proc/${pid}/task/${tid}/status`, 'utf8');
  const names = ['Uid', 'Gid', 'Groups', 'CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb', 'NoNewPrivs', 'Seccomp'];
  return Object.fromEntries(
    names.map((name) => [name, new RegExp(`^${name}:[ \\t]*(.*)$`, 'm').exec(text)?.[1]?.trim() ?? 'absent']),
  );
}

/** What a report says of each feature. */
function statesIn(report: string): Readonly<Record<string, string>> {
  const { features } = JSON.parse(readFileSync(report, 'utf8')) as EnforcementReport;
  return Object.fromEntries(features.map(({ layer, feature, state }) => [`${layer}.${feature}`, state]));
}

const identity = (state: string) => ({ 'privdrop.user': state, 'privdrop.group': state, 'privdrop.groups': state });

const none = '0000000000000000';
const sets = { CapInh: none, CapPrm: none, CapEff: none, CapBnd: none, CapAmb: none };
const confined = { Uid: four, Gid: four, Groups: '', ...sets, NoNewPrivs: '1', Seccomp: '2' };

/** A worker has a group that no other process has, and the user's own beside it. */
const apart = { ...confined, Gid: expect.stringMatching(/^(\d{5,10})(\t\1){3}$/) as string, Groups: String(nobody) };

/** Starts a download that stays half-way, and gives who writes: the program itself, or its worker. */
async function halfWay(name: string): Promise<{ readonly started: ChildProcess; readonly writer: number }> {
  const args = ['--config', config('DownloadUser = nobody'), '-o', folder.file(name), `${mirror.origin}/stalled`];
  const started = startFetch(args);
  await eventually('bytes', () => existsSync(folder.file('x.part')) && statSync(folder.file('x.part')).size === 4);
  const [worker] = childrenOf(started.pid ?? 0);
  return { started, writer: worker ?? started.pid ?? 0 };
}

describe.skipIf(missing('root', 'linux', 'landlock6'))('the process that downloads', () => {
  it.each(['x.part', 'x'])('is confined on every thread while bytes arrive, for %s', async (name) => {
    const { started, writer } = await halfWay(name);
    expect(writer === started.pid).toBe(name === 'x.part' && isInOneProcess);
    const threads = readdirSync(`/proc/${writer}/task`);
    expect(threads.length).toBeGreaterThan(5);
    const expected = writer === started.pid ? confined : apart;
    for (const tid of threads) expect(whoIs(writer, tid)).toEqual(expected);
    // Control: who started it is root, the program's own process where there is a worker.
    const parent = writer === started.pid ? process.pid : (started.pid ?? 0);
    expect(whoIs(parent, String(parent))).toMatchObject({ Uid: '0\t0\t0\t0', NoNewPrivs: '0', Seccomp: '0' });
    started.kill('SIGTERM');
    await eventually('its end', () => !existsSync(`/proc/${writer}`) || started.exitCode !== null);
  });

  it.each([
    ['SandboxUser', ['DownloadUser = daemon', 'SandboxUser = nobody']],
    ['DownloadUser', ['DownloadUser = nobody']],
  ])('is the one that %s names', async (key, lines) => {
    const report = folder.file('report.json');
    const { status } = await runFetch([
      '--config',
      config(...lines),
      '-o',
      folder.file('x'),
      '--report',
      report,
      `${mirror.origin}/x`,
    ]);
    expect(status).toBe(0);
    const said = JSON.parse(readFileSync(report, 'utf8')) as { readonly verified: { readonly gid: readonly number[] } };
    const { gid } = said.verified;
    expect(said).toMatchObject({
      status: 'full',
      source: expect.stringContaining(key) as string,
      verified: { uid: [nobody, nobody, nobody, nobody], groups: [nobody], noNewPrivs: true },
    });
    expect(new Set(gid).size).toBe(1);
    expect(gid).not.toContain(nobody);
  });

  it('is the owner of the directory if no user is named', async () => {
    const cache = folder.file('cache');
    mkdirSync(cache);
    chownSync(cache, nobody, nobody);
    const report = folder.file('report.json');
    const { status } = await runFetch([
      '--config',
      config(),
      '-o',
      `${cache}/x`,
      '--report',
      report,
      `${mirror.origin}/x`,
    ]);
    expect(status).toBe(0);
    expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({
      source: `owner of ${cache}`,
      verified: { uid: [nobody, nobody, nobody, nobody] },
    });
  });

  it('is already the user when it was started as that', async () => {
    const cache = folder.file('cache');
    mkdirSync(cache);
    chownSync(cache, nobody, nobody);
    const report = `${cache}/report.json`;
    const args = [
      '--config',
      config('DownloadUser = nobody'),
      '-o',
      `${cache}/x`,
      '--report',
      report,
      `${mirror.origin}/x`,
    ];
    const options = { env: environment, uid: nobody, gid: nobody };
    expect(await runProgram(process.execPath, [program, ...args], options)).toMatchObject({ status: 0, stderr: '' });
    expect(statesIn(report)).toMatchObject({
      ...identity('already'),
      'caps.no_new_privs': 'enforced',
      // What takes CAP_SETPCAP is not done, and not said to be.
      'caps.bounding': 'unsupported',
      'landlock.fs.write_file': 'enforced',
      'seccomp.filter': 'enforced',
    });
  });

  it('stays an ordinary user that can not become the named one, and the report says why', async () => {
    const cache = folder.file('cache');
    mkdirSync(cache);
    chownSync(cache, 1, 1);
    const report = `${cache}/report.json`;
    const args = [
      '--config',
      config('DownloadUser = nobody'),
      '-o',
      `${cache}/x`,
      '--report',
      report,
      `${mirror.origin}/x`,
    ];
    expect(await runProgram(process.execPath, [program, ...args], { env: environment, uid: 1, gid: 1 })).toMatchObject({
      status: 0,
    });
    expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({
      status: 'partial',
      source: expect.stringMatching(/^started as an ordinary user; as root: nobody, by DownloadUser in /) as string,
      features: expect.arrayContaining([
        {
          layer: 'privdrop',
          feature: 'user',
          state: 'unsupported',
          reason: expect.stringContaining('lacks CAP_SETUID') as string,
        },
      ]) as object,
      verified: { uid: [1, 1, 1, 1] },
    });
  });

  it.each(['x.part', 'x'])('gives up capabilities that it came with, for %s', async (name) => {
    const cache = folder.file('cache');
    mkdirSync(cache);
    chownSync(cache, nobody, nobody);
    const report = `${cache}/report.json`;
    const caps = '+dac_override';
    const who = ['--reuid=65534', '--regid=65534', '--clear-groups', `--inh-caps=${caps}`, `--ambient-caps=${caps}`];
    const args = ['--config', config('DownloadUser = nobody'), '-o', `${cache}/${name}`, '--report', report];
    const command = [...who, process.execPath, program, ...args, `${mirror.origin}/x`];
    expect(await runProgram('setpriv', command, { env: environment })).toMatchObject({ status: 0 });
    expect(statesIn(report)).toMatchObject({ 'caps.capabilities': 'enforced' });
    expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({ verified: { capEff: [] } });
  });

  it.each(['x.part', 'x'])('downloads without CAP_SYS_PTRACE, as containers have it, for %s', async (name) => {
    const report = folder.file('report.jsonl');
    const args = ['--config', config('DownloadUser = nobody'), '-o', folder.file(name), '--report', report];
    const wrapper = ['--bounding-set=-sys_ptrace', '--inh-caps=-all', process.execPath, program];
    const result = await runProgram('setpriv', [...wrapper, ...args, `${mirror.origin}/x`], { env: environment });
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({ status: 'full' });
  });

  it.each(['x.part', 'x'])('holds no descriptor that it was not meant to have, for %s', async (name) => {
    const log = folder.file('log');
    writeFileSync(log, '');
    const script = 'exec 50>>"$1"; shift; "$@" & wait';
    const args = ['--config', config('DownloadUser = nobody'), '-o', folder.file(name), `${mirror.origin}/stalled`];
    const command = ['-c', script, 'bash', log, process.execPath, program, ...args];
    const started = spawn('bash', command, { env: environment, stdio: 'ignore' });
    await eventually('bytes', () => existsSync(folder.file('x.part')) && statSync(folder.file('x.part')).size === 4);
    const pid = started.pid ?? 0;
    const [fetch = 0] = childrenOf(pid);
    const [writer = fetch] = childrenOf(fetch);
    const targets = (process: number) =>
      readdirSync(`/proc/${process}/fd`).map((fd) => readlinkSync(`/proc/${process}/fd/${fd}`));
    // Control: who started it does hold it.
    expect(targets(pid)).toContain(log);
    // A worker never has its file; who downloads by itself does.
    expect(targets(fetch)).toContain(folder.file('x.part'));
    if (writer !== fetch) expect(targets(writer)).not.toContain(folder.file('x.part'));
    expect(targets(writer)).not.toContain(log);
    process.kill(fetch, 'SIGTERM');
    await eventually('its end', () => started.exitCode !== null);
  });

  it('of a user with gid 0, as container platforms have it, downloads as that and says so', async () => {
    const cache = folder.file('cache');
    mkdirSync(cache);
    chownSync(cache, 1000, 0);
    const report = `${cache}/report.jsonl`;
    const args = ['--config', config(), '-o', `${cache}/x`, '--report', report, `${mirror.origin}/x`];
    const wrapper = ['--reuid=1000', '--regid=0', '--clear-groups', process.execPath, program];
    expect(await runProgram('setpriv', [...wrapper, ...args], { env: environment })).toMatchObject({ status: 0 });
    expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({
      status: 'full',
      source: expect.stringContaining('gid 0') as string,
      verified: { uid: [1000, 1000, 1000, 1000], gid: [0, 0, 0, 0] },
    });
  });

  it('to which switching fails leaves a report of that, and no file', async () => {
    const cache = folder.file('theirs');
    mkdirSync(cache);
    chownSync(cache, 1000, 1000);
    const report = `${cache}/report.jsonl`;
    const options = config('SandboxUser = nobody', 'SandboxUserSwitch = require');
    const args = ['--config', options, '-o', `${cache}/x`, '--report', report, `${mirror.origin}/x`];
    const wrapper = ['--reuid=1000', '--regid=1000', '--clear-groups', process.execPath, program];
    const { status, stderr } = await runProgram('setpriv', [...wrapper, ...args], { env: environment });
    expect(status).toBe(3);
    expect(JSON.parse(readFileSync(report, 'utf8'))).toEqual({
      url: `${mirror.origin}/x`,
      file: `${cache}/x`,
      status: 'none',
      features: [],
      error: /^error: (.*)$/m.exec(stderr)?.[1],
    });
    expect(existsSync(`${cache}/x`)).toBe(false);
  });

  it('is root only where UseSandbox = no asks for it', async () => {
    const report = folder.file('report.json');
    const args = [
      '--config',
      config('UseSandbox = no', 'DownloadUser = nobody'),
      '-o',
      folder.file('x'),
      '--report',
      report,
    ];
    expect(await runFetch([...args, `${mirror.origin}/x`])).toMatchObject({ status: 0 });
    expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({ status: 'none', verified: { uid: [0, 0, 0, 0] } });
  });

  it.each(['x.part', 'x'])('that SandboxUserSwitch = off leaves root is not reported as full, for %s', async (name) => {
    const report = folder.file('report.json');
    const args = ['--config', config('SandboxUserSwitch = off'), '-o', folder.file(name), '--report', report];
    expect(await runFetch([...args, `${mirror.origin}/x`])).toMatchObject({ status: 0 });
    const said = JSON.parse(readFileSync(report, 'utf8')) as object;
    expect(said).toMatchObject({ status: 'partial', verified: { uid: [0, 0, 0, 0] } });
  });

  it.each(['x.part', 'x'])('holds no report open while the network answers, for %s', async (name) => {
    const report = folder.file('report.json');
    writeFileSync(report, '{"of":"another download"}\n');
    const args = ['--config', config('DownloadUser = nobody'), '-o', folder.file(name), '--report', report];
    const started = startFetch([...args, `${mirror.origin}/stalled`]);
    await eventually('bytes', () => existsSync(folder.file('x.part')) && statSync(folder.file('x.part')).size === 4);
    const open = [started.pid ?? 0, ...childrenOf(started.pid ?? 0)].map((pid) =>
      readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`)),
    );
    expect(open[0]).toContain(folder.file('x.part'));
    expect(open.flat()).not.toContain(report);
    started.kill('SIGTERM');
    await eventually('its end', () => started.exitCode !== null);
    // What was in force is told of a download that fails, too; what others have appended stays.
    const [first, second = '', ...rest] = readFileSync(report, 'utf8').split('\n');
    expect([first, rest]).toEqual(['{"of":"another download"}', ['']]);
    expect(JSON.parse(second)).toMatchObject({ file: folder.file(name), status: 'full' });
  });
});

describe.skipIf(missing('root', 'linux', 'unshare', 'userNamespaces'))('root that can not switch', () => {
  const refused: readonly (readonly [name: string, lines: readonly string[], text: string])[] = [
    ['an unknown user', ['SandboxUser = no-such-user'], 'user "no-such-user" does not exist'],
    ['a number as a name', ['SandboxUser = 65534'], '"65534" is not a user name'],
    ['root as the user', ['SandboxUser = root'], 'SandboxUser = root names root'],
    ['nobody named and a folder of root', [], 'no user to download as'],
    ['the sandbox asked for without a user', ['UseSandbox = yes'], 'no user to download as'],
  ];

  it.each(refused)('ends with %s, and asks the mirror for nothing', async (_name, lines, text) => {
    const earlier = mirror.requests.length;
    const { status, stderr } = await runFetch([
      '--config',
      config(...lines),
      '-o',
      folder.file('x'),
      `${mirror.origin}/x`,
    ]);
    expect(status).toBe(3);
    expect(stderr).toContain(text);
    expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(3);
    expect(existsSync(folder.file('x'))).toBe(false);
    expect(mirror.requests.length).toBe(earlier);
  });

  it.each([
    [
      'in a namespace with only root',
      ['unshare', '--user', '--map-root-user'],
      'uid 65534 does not exist in this user namespace',
    ],
    ['without CAP_SETUID', ['setpriv', '--bounding-set=-setuid', '--inh-caps=-all'], 'lacks CAP_SETUID'],
    ['without CAP_SETGID', ['setpriv', '--bounding-set=-setgid', '--inh-caps=-all'], 'lacks CAP_SETGID'],
  ])('never goes on %s', async (_name, [file = '', ...wrapper], text) => {
    const earlier = mirror.requests.length;
    const args = ['--config', config('SandboxUser = nobody'), '-o', folder.file('x'), `${mirror.origin}/x`];
    const { status, stderr } = await runProgram(file, [...wrapper, process.execPath, program, ...args], {
      env: environment,
    });
    expect(status).toBe(3);
    expect(stderr).toContain(text);
    expect(existsSync(folder.file('x'))).toBe(false);
    expect(mirror.requests.length).toBe(earlier);
  });
});
