/* Outliving the parent, and leaving a core file behind. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';

import { compileFixture, missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { nobody } from '../attack/place.js';
import { inside, startAs } from '../attack/suite.js';

const fixture = new URL('fixtures/survivor.ts', import.meta.url);

/** The state of a process by its letter (proc_pid_stat(5)); undefined once it is gone. */
function stateOf(pid: number): string | undefined {
  try {
    return /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1];
  } catch (error) {
    // ESRCH: it ended between open(2) and read(2).
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** Whether a process is there, and not dead. */
const lives = (pid: number): boolean => ![undefined, 'Z', 'X'].includes(stateOf(pid));

/** Whether a process that says its number in a sandbox is still there `most` times 10 ms after its parent was killed. */
async function outlives(policy: object, script: string, most = 40): Promise<boolean> {
  const args = [compileFixture(fixture), JSON.stringify(policy), '/bin/sh', '-c', script];
  const parent = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(line);
  expect(lives(pid)).toBe(true);
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  for (let tries = 0; tries < most && lives(pid); tries++) {
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
  const alive = lives(pid);
  if (alive) process.kill(pid, 'SIGKILL');
  return alive;
}

describe.skipIf(missing('linux', 'root'))('surviving', () => {
  it.each([{}, { user: 'nobody' }, { user: 'nobody', newSession: false }])(
    'dies with its parent with %j',
    async (policy) => {
      expect(await outlives(policy, 'echo $$; exec sleep 60', 500)).toBe(false);
    },
  );

  it('outlives its parent where it was allowed to', async () => {
    expect(await outlives({ dieWithParent: false }, 'echo $$; exec sleep 60')).toBe(true);
  });

  /* What it starts ends by the guardian, which descendants.test.ts is about; without one it is free to stay. */
  it('does not promise that of children that it leaves behind, where it has no guardian', async () => {
    expect(await inside('switched', [['outlive-parent']])).toEqual(['OK']);
    const policy = { off: ['process.descendants'] };
    expect(await outlives(policy, '(setsid sh -c "echo \\$\\$; exec sleep 60" &); exec sleep 60')).toBe(true);
  });
});

describe.skipIf(missing('linux', 'root'))('a core file', () => {
  const script = 'ulimit -c unlimited 2> /dev/null; kill -SEGV $$';

  it('is not written, even if the sandbox may write anywhere', async () => {
    using folder = temporaryFolder(0o777);
    const policy = { cwd: folder.path, landlock: { paths: [{ rw: folder.path }] } };
    const crash = { program: '/bin/sh', args: ['-c', script] };
    for (const who of ['switched', 'root', 'ordinary'] as const) {
      expect(await startAs(who, { policy, ...crash })).toMatchObject({ signal: 'SIGSEGV' });
    }
    expect(readdirSync(folder.path)).toEqual([]);
    // Where the kernel writes core files into the working directory, the same crash leaves one outside.
    if (readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim() !== 'core') return;
    const outside = ['-c', script];
    await runProgram('/bin/sh', outside, { cwd: folder.path, ...nobody });
    expect(readdirSync(folder.path).join()).toMatch(/^core/);
  });
});
