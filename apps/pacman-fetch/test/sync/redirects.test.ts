/* Where redirects lead: to ports that SandboxPorts names, for every way to download. */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { environment, program } from '../kit/fetch-program.js';
import { type Mirror, startMirror } from '../kit/mirror.js';
import { Machine } from './machine.js';

const folder = temporaryFolder();
let target: Mirror;
let mirror: Mirror;
let count = 0;

beforeAll(async () => {
  target = await startMirror({ '/x.pkg.tar.zst': Buffer.from('content') });
  mirror = await startMirror(
    {},
    {
      '/x.pkg.tar.zst': (_, response) =>
        void response.writeHead(302, { location: `${target.origin}/x.pkg.tar.zst` }).end(),
    },
  );
});
afterAll(async () => {
  await mirror[Symbol.asyncDispose]();
  await target[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const portOf = ({ origin }: Mirror): string => new URL(origin).port;

describe.skipIf(missing('root', 'linux', 'landlock6'))('a redirect to another port', () => {
  describe.each(['in place', 'by a worker', 'by xfer'])('%s', (way) => {
    async function download(...own: readonly string[]) {
      const path = folder.file(`machine${count++}`);
      mkdirSync(path);
      const { config, cache } = new Machine(path, { servers: [mirror.origin], own });
      mkdirSync(cache, { recursive: true });
      const url = `${mirror.origin}/x.pkg.tar.zst`;
      const file = join(cache, way === 'in place' ? 'x.pkg.tar.zst.part' : 'x.pkg.tar.zst');
      const args = way === 'by xfer' ? ['xfer', '--config', config, url] : ['--config', config, '-o', file, url];
      const result = await runProgram(process.execPath, [program, ...args], { env: environment, cwd: cache });
      return { ...result, files: readdirSync(cache).filter((name) => name.endsWith('.zst')) };
    }

    it('is refused, with what to do', async () => {
      const { status, stderr } = await download();
      expect(status).toBe(1);
      expect(stderr).toMatch(/ port \d+, which is not allowed\n {7}.*a login\. .*SandboxPorts/);
    });

    it.each(['its number', 'any'])('is followed where SandboxPorts is %s', async (word) => {
      const { status, stderr } = await download(`SandboxPorts = ${word === 'any' ? 'any' : portOf(target)}`);
      expect(status, stderr).toBe(0);
      expect(stderr).toBe('');
    });
  });
});
