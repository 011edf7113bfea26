/*
 * A link of the neighbour's leads to what a process of the neighbour's has: its root directory, on whose mounts a file system of
 * the neighbour's may lie that never answers. Root follows none, whatever it looks for.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { missing, runProgram, stranger, temporaryFolder, World } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { sbExec } from '../compiled.js';
import { sbRun, sbRunPath } from '../sb-run.js';

let world: World;
let theirs: ChildProcess;
beforeEach(async () => {
  world = new World(stranger);
  theirs = spawn('sleep', ['60'], { uid: stranger.uid, gid: stranger.gid, stdio: 'ignore' });
  await once(theirs, 'spawn');
});
afterEach(async () => {
  theirs.kill('SIGKILL');
  await once(theirs, 'close');
  world[Symbol.dispose]();
});

/** A link in the neighbour's directory. */
function link(name: string, target: string): string {
  const path = join(world.theirs, name);
  symlinkSync(target, path);
  return path;
}

const throughRoot = (path: string): string => `/proc/${theirs.pid}/root${path}`;
const asNobody = ['--user', 'nobody'];

describe.skipIf(missing('linux', 'root', 'landlock7'))(
  'root follows no link to what a process of the neighbour’s has',
  () => {
    it('to a program', async () => {
      const [plain, leading] = [link('plain', '/usr/bin/true'), link('leading', throughRoot('/usr/bin/true'))];
      expect(await sbRun([...asNobody, '--', plain])).toMatchObject({ status: 0 });
      expect(await sbRun([...asNobody, '--', leading])).toMatchObject({
        status: 126,
        stderr: expect.stringContaining('ELOOP') as string,
      });
    });

    it('to a program in a directory of PATH', async () => {
      const bin = join(world.theirs, 'bin');
      mkdirSync(bin);
      symlinkSync(throughRoot('/usr/bin/true'), join(bin, 'tool'));
      const options = [...asNobody, '--env', `PATH=${bin}`, '--', 'tool'];
      expect(await sbRun(options)).toMatchObject({ status: 126 });
      symlinkSync('/usr/bin/true', join(bin, 'other'));
      expect(await sbRun([...asNobody, '--env', `PATH=${bin}`, '--', 'other'])).toMatchObject({ status: 0 });
    });

    it('to the path of a rule', async () => {
      const [plain, leading] = [link('plain', '/usr'), link('leading', throughRoot('/usr'))];
      const run = async (path: string) => await sbRun([...asNobody, '--ro', path, '--', 'true']);
      expect(await run(plain)).toMatchObject({ status: 0 });
      expect(await run(leading)).toMatchObject({ status: 125, stderr: expect.stringContaining('link') as string });
    });

    it('to a configuration beside a script, for a hint', async () => {
      const script = join(world.theirs, 'app.js');
      writeFileSync(script, 'process.exit(1)');
      chmodSync(script, 0o644);
      chownSync(world.theirs, stranger.uid, stranger.gid);
      link('package.json', throughRoot('/etc/passwd'));
      const { status, stderr } = await sbRun([...asNobody, '--', process.execPath, script]);
      expect({ status, stderr }).toEqual({
        status: 1,
        stderr: expect.not.stringContaining('package.json can') as string,
      });
    });

    it('by sb-exec', async () => {
      using own = temporaryFolder();
      const file = own.file('tool.sb');
      expect((await sbRun([...asNobody, '--compile', file])).status).toBe(0);
      const [plain, leading] = [link('plain', '/usr/bin/true'), link('leading', throughRoot('/usr/bin/true'))];
      expect(await runProgram(sbExec(), [file, '--', plain])).toMatchObject({ status: 0 });
      expect(await runProgram(sbExec(), [file, '--', leading])).toMatchObject({ status: 126 });
      // What it has itself is executed: here sb-exec, which explains its use.
      const itself = await runProgram(sbExec(), [file, '--', '/proc/self/exe']);
      expect(itself).toMatchObject({ stderr: expect.stringMatching(/^Usage: sb-exec/) as string });
    });

    it('by a question', async () => {
      const leading = link('leading', throughRoot('/etc/passwd'));
      const { status, stderr } = await runProgram(process.execPath, [sbRunPath(), '--why', `read ${leading}`]);
      expect({ status, stderr }).toEqual({ status: 125, stderr: expect.stringContaining('ELOOP') as string });
    });
  },
);
