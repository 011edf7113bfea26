/* `npm start` as root, and a neighbour who wants the port of its mirror: what that sends is installed by root. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';

import { missing, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it, vi } from 'vitest';

import { childrenOf, environment, eventually, program } from '../kit/fetch-program.js';

const demo = program.replace('cli.cjs', 'demo.js');

/** Whether somebody else can listen there. */
async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return await new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

describe.skipIf(missing('root', 'linux', 'pacman', 'landlock7'))('the mirror of the demonstration', () => {
  it('outlives requests that nobody can decode, and leaves its port to nobody while its programs run', async () => {
    using folder = temporaryFolder();
    const env = { ...environment, TMPDIR: folder.path };
    const child = spawn(process.execPath, [demo], { env, stdio: 'ignore' });
    const ended = once(child, 'close');
    const origin = await eventually('its mirror', () => {
      const made = readdirSync(folder.path).find((name) => name.startsWith('pacman-fetch-demo-'));
      const config = made === undefined ? '' : readIfThere(folder.file(`${made}/pacman.conf`));
      return /^Server = (\S+)$/m.exec(config)?.[1];
    });
    const { port, href } = new URL(origin);
    for (const path of ['%', '%E0%A4%A', '..%2f', 'x']) expect((await fetch(`${href}${path}`)).status).toBe(404);
    const running = await eventually('its program', () => childrenOf(child.pid ?? 0)[0]);
    child.kill('SIGKILL');
    await ended;
    // What is left of it trusts whoever answers there.
    expect(await isFree(Number(port))).toBe(false);
    await expect(fetch(href, { signal: AbortSignal.timeout(500) })).rejects.toThrow(/timeout|aborted|fetch failed/);
    process.kill(running, 'SIGKILL');
    // The control: nobody else had it.
    await vi.waitFor(async () => expect(await isFree(Number(port))).toBe(true), { timeout: 10_000 });
  });
});

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
