import { spawn } from 'node:child_process';
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

import { missing, runProgram, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { childrenOf, environment, eventually, program, runFetch, startFetch } from '../kit/fetch-program.js';
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

/** The lines of a status file that say who a thread is. */
function whoIs(pid: number, tid: string): Record<string, string> {
  const text = readFileSync(`/proc/${pid}/task/${tid}/status`, 'utf8');
  const line = (name: string): string => new RegExp(`^${name}:[ \\t]*(.*)$`, 'm').exec(text)?.[1]?.trim() ?? 'absent';
  return {
    uid: line('Uid'),
    gid: line('Gid'),
    groups: line('Groups'),
    noNewPrivs: line('NoNewPrivs'),
    capEff: line('CapEff'),
  };
}

describe.skipIf(missing('root', 'linux'))('the process that downloads', () => {
  it('is the sandbox user on every thread while bytes arrive, and holds nothing else', async () => {
    const started = startFetch([
      '--config',
      config('DownloadUser = nobody'),
      '-o',
      folder.file('x'),
      `${mirror.origin}/stalled`,
    ]);
    const pid = started.pid ?? 0;
    await eventually('bytes', () => existsSync(folder.file('x.part')) && statSync(folder.file('x.part')).size === 4);
    const [worker = 0] = childrenOf(pid);
    const threads = readdirSync(`/proc/${worker}/task`);
    expect(threads.length).toBeGreaterThan(5);
    for (const tid of threads) {
      expect(whoIs(worker, tid)).toEqual({
        uid: four,
        gid: four,
        groups: '',
        noNewPrivs: '1',
        capEff: '0000000000000000',
      });
    }
    // Control: the parent is root.
    expect(whoIs(pid, String(pid))).toMatchObject({ uid: '0\t0\t0\t0' });
    const variables = readFileSync(`/proc/${worker}/environ`, 'utf8')
      .split('\0')
      .filter(Boolean)
      .map((text) => text.slice(0, text.indexOf('=')));
    expect(new Set(variables)).toEqual(new Set(['HOME', 'LC_ALL', 'LOGNAME', 'PATH', 'SHELL', 'USER']));
    started.kill('SIGTERM');
    await eventually('its end', () => !existsSync(`/proc/${worker}`));
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
    expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({
      status: 'full',
      source: expect.stringContaining(key) as string,
      verified: {
        uid: [nobody, nobody, nobody, nobody],
        gid: [nobody, nobody, nobody, nobody],
        groups: [],
        noNewPrivs: true,
      },
    });
  });

  it('is the owner of the folder where nobody is named', async () => {
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
    const { features } = JSON.parse(readFileSync(report, 'utf8')) as { features: { feature: string; state: string }[] };
    expect(features.map(({ feature, state }) => [feature, state])).toEqual([
      ['user', 'already'],
      ['group', 'already'],
      ['groups', 'already'],
      ['no_new_privs', 'enforced'],
    ]);
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
      features: [
        { feature: 'user', state: 'unsupported', reason: expect.stringContaining('lacks CAP_SETUID') as string },
        { feature: 'group', state: 'unsupported' },
        { feature: 'groups', state: 'unsupported' },
        { feature: 'no_new_privs', state: 'enforced' },
      ],
      verified: { uid: [1, 1, 1, 1] },
    });
  });

  it('that came with capabilities of its own is not told what to download', async () => {
    const cache = folder.file('cache');
    mkdirSync(cache);
    chownSync(cache, nobody, nobody);
    const caps = '+dac_override';
    const wrapper = [
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
      `--inh-caps=${caps}`,
      `--ambient-caps=${caps}`,
    ];
    const args = ['--config', config('DownloadUser = nobody'), '-o', `${cache}/x`, `${mirror.origin}/x`];
    const earlier = mirror.requests.length;
    const { status, stderr } = await runProgram('setpriv', [...wrapper, process.execPath, program, ...args], {
      env: environment,
    });
    expect(status).toBe(3);
    expect(stderr).toContain('capabilities');
    expect(mirror.requests.length).toBe(earlier);
  });

  it('downloads without CAP_SYS_PTRACE, as containers have it, and says what can not be verified then', async () => {
    const report = folder.file('report.jsonl');
    const args = ['--config', config('DownloadUser = nobody'), '-o', folder.file('x'), '--report', report];
    const wrapper = ['--bounding-set=-sys_ptrace', '--inh-caps=-all', process.execPath, program];
    const options = { env: environment };
    const result = await runProgram('setpriv', [...wrapper, ...args, `${mirror.origin}/x`], options);
    expect(result).toMatchObject({ status: 0, stderr: '' });
    const { status, features } = JSON.parse(readFileSync(report, 'utf8')) as {
      status: string;
      features: { feature: string; reason?: string }[];
    };
    expect(status).toBe('partial');
    expect(features.at(-1)).toMatchObject({ feature: 'descriptors', state: 'unsupported' });
    expect(features.at(-1)?.reason).toContain('CAP_SYS_PTRACE');
  });

  it('is told nothing while it holds a descriptor that it was not given', async () => {
    const log = folder.file('log');
    writeFileSync(log, '');
    const script = 'exec 50>>"$1"; shift; exec "$@"';
    const args = ['--config', config('DownloadUser = nobody'), '-o', folder.file('x.part'), `${mirror.origin}/stalled`];
    const started = spawn('bash', ['-c', script, 'bash', log, process.execPath, program, ...args], {
      env: environment,
      stdio: 'ignore',
    });
    await eventually('bytes', () => existsSync(folder.file('x.part')) && statSync(folder.file('x.part')).size === 4);
    const pid = started.pid ?? 0;
    const [worker = 0] = childrenOf(pid);
    const targets = (process: number) =>
      readdirSync(`/proc/${process}/fd`).map((fd) => readlinkSync(`/proc/${process}/fd/${fd}`));
    // Control: its parent does hold it.
    expect(targets(pid)).toContain(log);
    expect(targets(worker)).not.toContain(log);
    started.kill('SIGTERM');
    await eventually('its end', () => !existsSync(`/proc/${worker}`));
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
      status: 'partial',
      features: [
        { state: 'already' },
        { state: 'unsupported', reason: expect.stringContaining('gid 0') as string },
        {},
        {},
      ],
      verified: { uid: [1000, 1000, 1000, 1000], gid: [0, 0, 0, 0] },
    });
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
});

describe.skipIf(missing('root', 'linux', 'unshare', 'userNamespaces'))('root that can not switch', () => {
  const refused: readonly (readonly [name: string, lines: readonly string[], text: string])[] = [
    ['an unknown user', ['SandboxUser = no-such-user'], 'user "no-such-user" does not exist'],
    ['a number as a name', ['SandboxUser = 65534'], '"65534" is not a user name'],
    ['root as the user', ['SandboxUser = root'], 'the target has uid 0'],
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
