/* Programs that people run, each doing its work in the presets, and each unable to write where it was not told to. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { missing, type ProgramResult, runProgram, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { nobody } from '../attack/place.js';
import { sbRun } from '../sb-run.js';

/** A program that writes to a path. */
interface Work {
  readonly program: string;
  /** Its arguments, for a file or folder that it is to make. */
  readonly args: (target: string) => readonly string[];
  /** What is then read, beneath the target. */
  readonly result?: string;
  /** How that must begin. */
  readonly content: string;
  /** Options beside the preset `minimal`, for what this program reads of its own. */
  readonly minimal?: readonly string[];
}

const content = 'from the server\n';
let folder: TemporaryFolder;
let server: Server;
let url: string;

const works: readonly Work[] = [
  { program: 'curl', args: (target) => ['-fsS', '-o', target, `${url}/file`], content },
  { program: 'wget', args: (target) => ['-q', '-O', target, `${url}/file`], content, minimal: ['--ro', '/etc/wgetrc'] },
  {
    program: 'git',
    args: (target) => ['clone', '-q', `${url}/repository`, target],
    result: '/file',
    content,
    minimal: ['--rx', '/usr/bin/git', '--ro', '/usr/share/git-core'],
  },
  {
    program: 'tar',
    args: (target) => ['-x', '-f', folder.file('archive.tar'), `--one-top-level=${target}`],
    result: '/file',
    content,
  },
  { program: 'python3', args: (target) => ['-c', `print('made', file=open('${target}', 'w'))`], content: 'made' },
  { program: 'node', args: (target) => ['-e', `fs.writeFileSync('${target}', 'made')`], content: 'made' },
  { program: 'bash', args: (target) => ['-c', `echo made > '${target}'`], content: 'made' },
  {
    program: 'convert',
    args: (target) => ['-size', '8x8', 'xc:red', `ppm:${target}`],
    content: 'P6\n8 8\n',
    minimal: ['--ro', '/etc/ImageMagick-7'],
  },
];

/** A folder that everybody may write in, for one leg. */
function outFolder(name: string): string {
  const path = folder.file(name);
  mkdirSync(path);
  chmodSync(path, 0o777);
  return path;
}

const runs = (options: readonly string[], command: readonly string[]): Promise<ProgramResult> =>
  // The system's own programs, and not what somebody has put before them.
  sbRun(['--user', 'nobody', '--cwd', '/', '--env', 'PATH=/usr/bin:/bin:/usr/local/bin', ...options, '--', ...command]);

const madeBy = ({ result = '' }: Work, target: string): string =>
  existsSync(`${target}${result}`) ? readFileSync(`${target}${result}`, 'latin1') : 'nothing';

describe.skipIf(missing('linux', 'root', 'landlock7', 'programs'))('real programs', () => {
  beforeAll(async () => {
    folder = temporaryFolder(0o777);
    const [repository, bare] = [folder.file('work'), folder.file('repository')];
    const git = (...args: readonly string[]) => execFileSync('git', args, { stdio: 'pipe', env: { PATH: '/usr/bin' } });
    git('init', '-q', '-b', 'main', repository);
    writeFileSync(`${repository}/file`, content);
    git('-C', repository, 'add', 'file');
    git('-C', repository, '-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-qm', 'one');
    git('clone', '-q', '--bare', repository, bare);
    git('-C', bare, 'update-server-info');
    execFileSync('tar', ['-c', '-f', folder.file('archive.tar'), '-C', repository, 'file']);
    server = createServer(({ url: asked = '' }, response) => {
      const path = new URL(asked, 'http://localhost').pathname;
      const file = path === '/file' ? `${repository}/file` : folder.file(path.slice(1));
      if (existsSync(file)) response.end(readFileSync(file));
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
    folder[Symbol.dispose]();
  });

  it.each(works)('$program works without a sandbox, wherever its user may write', async (work) => {
    const target = `${outFolder(`free-${work.program}`)}/made`;
    const env = { PATH: '/usr/bin:/bin', HOME: '/nonexistent' };
    const { status, stderr } = await runProgram(`/usr/bin/${work.program}`, work.args(target), {
      ...nobody,
      env,
      cwd: '/',
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(madeBy(work, target)).toContain(work.content);
  });

  it.each(
    works.flatMap((work) => [[work.program, 'read-only', work] as const, [work.program, 'minimal', work] as const]),
  )('%s works in the preset %s, and writes nowhere else', async (_program, preset, work) => {
    const name = `${preset}-${work.program}`;
    const [granted, other] = [outFolder(name), outFolder(`${name}-other`)];
    const own = preset === 'minimal' ? [...(work.minimal ?? []), '--ro', folder.file('archive.tar')] : [];
    const options = ['--fs', preset, '--rw', granted, ...own];
    const done = await runs(options, [`/usr/bin/${work.program}`, ...work.args(`${granted}/made`)]);
    expect([done.status, done.stderr]).toEqual([0, '']);
    expect(madeBy(work, `${granted}/made`)).toContain(work.content);
    const denied = await runs(options, [`/usr/bin/${work.program}`, ...work.args(`${other}/made`)]);
    expect(denied.status).not.toBe(0);
    expect(denied.stderr).toMatch(/denied|EACCES|ERROR on write|could not/i);
    expect(madeBy(work, `${other}/made`)).toBe('nothing');
  });
});
