/* The worker's own lines against Node's inspector, without the filter and the rules that stand before them in a sandbox. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { missing } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

const worker = fileURLToPath(new URL('../dist/worker.cjs', import.meta.url));

/** Says when something listens for SIGUSR1 in the place of Node's own handler. */
const announce =
  'data:text/javascript,process.on("newListener",(name)=>name==="SIGUSR1"&&setImmediate(()=>console.log("listens")))';

/** A worker that nobody talks to: descriptors 3 and 4 lead to a parent that stays silent. */
function start(...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['--inspect-port=0', ...args], { stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'] });
}

/** What is said until the end, by which SIGUSR1 came and went. */
async function signalled(child: ChildProcess): Promise<string> {
  if (child.stdout === null || child.stderr === null) throw new Error('spawn gave no pipes');
  const said = text(child.stderr);
  await once(child.stdout, 'data');
  child.kill('SIGUSR1');
  // Node opens the port within its event loop.
  setTimeout(() => child.kill('SIGKILL'), 500);
  return await said;
}

describe.skipIf(missing('linux'))('the inspector of a worker', () => {
  it('is opened by SIGUSR1 in a plain Node: the control', async () => {
    const idle = start('-e', 'console.log("ready"); setTimeout(() => {}, 5000)');
    expect(await signalled(idle)).toContain('Debugger listening');
  });

  it('is not opened by SIGUSR1 from its first line on', async () => {
    expect(await signalled(start('--import', announce, worker))).not.toContain('Debugger');
  });

  it('ends the worker if another process opened it before that line', async () => {
    const opened = start('--inspect=127.0.0.1:0', worker);
    const said = opened.stderr === null ? '' : text(opened.stderr);
    const [status] = (await once(opened, 'exit')) as [number | null];
    expect({ status, said: await said }).toEqual({
      status: 1,
      said: expect.stringContaining('somebody has opened the inspector of this process') as string,
    });
  });
});
