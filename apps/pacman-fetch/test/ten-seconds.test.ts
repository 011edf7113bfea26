/* What ends after the ten seconds in which a server says nothing, all at once: each waits for the program's own clock. */
import { randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync, writeFileSync } from 'node:fs';

import { missing, temporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, it } from 'vitest';

import { childrenOf, environment, eventually, program, runFetch } from './kit/fetch-program.js';
import { type Mirror, startMirror } from './kit/mirror.js';

const half = randomBytes(150_000);
const folder = temporaryFolder();
const config = folder.file('pacman.conf');
let mirror: Mirror;

beforeAll(async () => {
  writeFileSync(config, '[options]\nSandboxUser = nobody\n');
  const silent = () => {};
  const stalled: Parameters<typeof startMirror>[1] = {
    '/silent': silent,
    '/stalled': (_request, response) => {
      response.writeHead(200, { 'content-length': 2 * half.length });
      response.write(half);
    },
  };
  mirror = await startMirror({}, stalled);
});
afterAll(async () => {
  await mirror[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

describe.skipIf(missing('root', 'linux')).concurrent('a download', () => {
  it('from a server that says nothing ends after ten seconds', async ({ expect }) => {
    const { status, stderr } = await runFetch(['--config', config, '-o', folder.file('x'), `${mirror.origin}/silent`]);
    expect(status).toBe(1);
    expect(stderr).toContain('Less than 1 byte/s in the last 10 seconds');
  });

  it('that is interrupted ends without CAP_KILL too', async ({ expect }) => {
    const wrapper = ['--bounding-set=-kill', '--inh-caps=-all', process.execPath, program];
    const args = ['--config', config, '-o', folder.file('y'), `${mirror.origin}/stalled`];
    const started = spawn('setpriv', [...wrapper, ...args], { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
    const ended = once(started, 'exit');
    const part = folder.file('y.part');
    await eventually('half of the file', () => existsSync(part) && statSync(part).size === half.length);
    const [worker = 0] = childrenOf(started.pid ?? 0);
    expect(worker).toBeGreaterThan(0);
    started.kill('SIGTERM');
    expect(await ended).toEqual([143, null]);
    await eventually('the end of the worker', () => !existsSync(`/proc/${worker}`));
  });
});
