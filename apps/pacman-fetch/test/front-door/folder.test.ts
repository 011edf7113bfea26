/* How long the folder of FILE is held: no longer than pacman needs it, whatever is waited for then. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { compileC, missing, smallDisk, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { eventually, program } from '../kit/fetch-program.js';
import { type Mirror, startMirror } from '../kit/mirror.js';
import { families, gone, installWith, nativeSources, onlyFamily, StandIn } from '../kit/stand-in.js';

const outer = temporaryFolder();
let mirror: Mirror;
let folder: TemporaryFolder;
/** A starter whose keeper doesn't look by itself for as long as a test lasts. */
let patient: string;

beforeAll(async () => {
  mirror = await startMirror({ '/x.pkg': Buffer.alloc(100_000, 'x') });
  mkdirSync(outer.file('lib'));
  const flags = ['-static', '-DFRONT_LOOK=100000'];
  await compileC(outer.file('start'), { from: import.meta.url, sources: nativeSources, flags });
  patient = installWith(outer.file('lib'), program.replace(/cli\.cjs$/, 'serve.cjs'), outer.file('start'));
});
afterAll(async () => {
  await mirror[Symbol.asyncDispose]();
  outer[Symbol.dispose]();
});
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(folder.file('cache'));
  writeFileSync(folder.file('pacman.conf'), '[options]\nSandboxUser = nobody\n');
});
afterEach(() => folder[Symbol.dispose]());

const words = (file: string): readonly string[] => {
  const args = ['--config', folder.file('pacman.conf'), '-o', file];
  return [patient, ...args, `${mirror.origin}/x.pkg`];
};
const done = { status: 0, said: '' };

/** Whoever has started a process waits for it until this has ended. */
async function traced(pid: number): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('fixtures/tracer.py', import.meta.url));
  const tracer = spawn('python3', [script, String(pid)], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(tracer.stdout, 'data');
  return tracer;
}

describe.skipIf(missing('root', 'linux', 'landlock6', 'unshare'))('the directory of FILE', () => {
  it('is let go of as soon as pacman ends, though the process that downloads takes its time', async () => {
    await using disk = await smallDisk(folder.file('cache'));
    await using pacman = new StandIn({ prefix: disk.prefix });
    expect(await pacman.run('chmod', '755', folder.file('cache'))).toEqual(done);
    expect(await pacman.run(...words(folder.file('cache/x.pkg.part')))).toEqual(done);
    const { keeper, server } = onlyFamily(folder.path);
    const [unmount, ...rest] = [...disk.prefix, 'umount', folder.file('cache')] as const;
    // The control: while pacman is there, so is the keeper.
    expect(spawnSync(unmount, rest).status).not.toBe(0);
    const tracer = await traced(server);
    await pacman.kill();
    await eventually('a file system that can be unmounted', () => spawnSync(unmount, rest).status === 0);
    // It waits still.
    expect(existsSync(`/proc/${keeper}/exe`)).toBe(true);
    tracer.kill('SIGKILL');
    await gone(folder.path);
  });

  it('that pacman removes ends what was started for it at once, and not at the next look', async () => {
    await using pacman = new StandIn();
    const place = mkdtempSync(folder.file('download-'));
    expect(await pacman.run(...words(`${place}/x.pkg.part`))).toEqual(done);
    expect(families(folder.path)).toHaveLength(1);
    rmSync(place, { recursive: true });
    await gone(folder.path);
    expect(families(folder.path)).toEqual([]);
  });

  it('that pacman stands in is held by nobody else', async () => {
    await using pacman = new StandIn();
    mkdirSync(folder.file('here'));
    const command = `cd ${folder.file('here')}; exec "$@"`;
    const call = words(folder.file('cache/x.pkg.part'));
    expect(await pacman.run('bash', '-c', command, 'bash', ...call)).toEqual(done);
    const { keeper, server } = onlyFamily(folder.path);
    expect([keeper, server].map((pid) => readlinkSync(`/proc/${pid}/cwd`))).toEqual(['/', '/']);
  });

  it.each(['keeper', 'server'] as const)('has another %s where the first one was killed as it started', async (who) => {
    await using pacman = new StandIn();
    const call = pacman.start(...words(folder.file('cache/x.pkg.part')));
    const { [who]: pid } = await eventually('a start', () => families(folder.path)[0]);
    process.kill(pid, 'SIGKILL');
    // It comes as ever, or by what was ready before.
    expect(await pacman.end(call)).toEqual(done);
    expect(await pacman.run(...words(folder.file('cache/y.pkg.part')))).toEqual(done);
    expect(families(folder.path)).toHaveLength(1);
    expect(readFileSync(folder.file('cache/y.pkg.part')).length).toBe(100_000);
    await pacman.kill();
    await gone(folder.path);
  });
});
