/* What a terminal is asked before anything is downloaded, and what is left of what is typed for pacman. */
import { appendFileSync, readdirSync } from 'node:fs';

import { missing, runProgram } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { environment, program } from '../kit/fetch-program.js';
import { runInTerminal } from '../kit/terminal.js';
import type { Machine } from './machine.js';
import { makeScene, type Scene } from './scene.js';

let scene: Scene;

const small = 'pkg1-1-1-any.pkg.tar.zst';

const commandOf = ({ config, cacert = '' }: Machine, ...args: readonly string[]): readonly string[] => [
  process.execPath,
  program,
  'pacman',
  '--cacert',
  cacert,
  '--',
  '--config',
  config,
  ...args,
];

const inTerminal = async (machine: Machine, answers: readonly string[], ...args: readonly string[]) =>
  await runInTerminal(commandOf(machine, ...args), { columns: 80, answers });

describe.skipIf(missing('root', 'linux', 'pacman', 'nginx', 'openssl', 'landlock6'))('pacman-fetch -S', () => {
  beforeAll(async () => {
    scene = await makeScene();
  });
  afterAll(async () => await scene[Symbol.asyncDispose]());

  it.each(['n', 'no', 'what'])(
    'downloads nothing where a terminal answers %j, and pacman is not started',
    async (no) => {
      const machine = await scene.refreshed();
      const { status, screen } = await inTerminal(machine, [no], '-Sw', 'pkg1', 'pkg10');
      expect(status).toBe(1);
      expect(screen).toEqual([
        '',
        'Packages (2) pkg1-1-1  pkg10-1-1',
        '',
        expect.stringMatching(/^Total Download Size: {2}\d\.\d\d MiB$/),
        '',
        `:: Proceed with download? [Y/n] ${no}`,
      ]);
      expect(scene.asked()).toEqual([]);
      expect(readdirSync(machine.cache)).toEqual([]);
    },
  );

  it.each(['y', 'YES', ''])('downloads where it answers %j, and leaves the next answer for pacman', async (yes) => {
    const machine = await scene.refreshed();
    const { status, written } = await inTerminal(machine, [yes, 'y'], '-Sw', 'pkg1');
    expect(status).toBe(0);
    expect(written.match(/Proceed with download\? \[Y\/n\]/g)).toHaveLength(2);
    expect(scene.asked()).toEqual([`200 /${small}`]);
    expect(readdirSync(machine.cache)).toEqual([small]);
  });

  it('shows a table with VerbosePkgLists', async () => {
    const machine = await scene.refreshed();
    appendFileSync(machine.config, '[options]\nVerbosePkgLists\n');
    const { screen } = await inTerminal(machine, ['n'], '-Sw', 'pkg1', 'pkg10');
    expect(screen.slice(1, 5)).toEqual([
      'Package (2)  New Version  Download Size',
      '',
      expect.stringMatching(/^test\/pkg1 {4}1-1 {15}\d\.\d\d MiB$/),
      expect.stringMatching(/^test\/pkg10 {3}1-1 {15}\d\.\d\d MiB$/),
    ]);
  });

  it('asks nobody with --noconfirm, and nobody where everything is there', async () => {
    const machine = await scene.refreshed();
    expect((await inTerminal(machine, ['n'], '-Sw', '--noconfirm', 'pkg1')).status).toBe(0);
    expect(readdirSync(machine.cache)).toEqual([small]);
    // pacman's own question alone.
    const { written } = await inTerminal(machine, ['y'], '-Sw', 'pkg1');
    expect(written.match(/Proceed with/g)).toHaveLength(1);
  });

  it('takes no answer that comes by a pipe: it is for pacman', async () => {
    const machine = await scene.refreshed();
    const words = ['-c', 'printf "y\\n" | "$@"', 'sh', ...commandOf(machine, '-Sw', 'pkg1')];
    expect(await runProgram('sh', words, { env: environment })).toMatchObject({ status: 0 });
    expect(readdirSync(machine.cache)).toEqual([small]);
  });
});
