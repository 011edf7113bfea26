/* What a run of an XferCommand leaves behind that is killed, and what of it the next one removes. */
import { once } from 'node:events';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { missing } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { processMark } from '../../src/process-mark.js';
import { eventually } from '../kit/fetch-program.js';
import type { Machine } from './machine.js';
import { makeScene, type Scene } from './scene.js';

let scene: Scene;

const name = 'pkg8-1-1-any.pkg.tar.zst';
const curl = 'XferCommand = /usr/bin/curl -sfo %o %u';

/** A machine whose command writes a part of the package, and then waits; and its twin, whose command goes on. */
function stalling(): Machine {
  const { folder } = scene.copy();
  writeFileSync(join(folder, 'stall.sh'), 'case "$1" in *.db) curl -sfo "$2" "$1";; *) echo x > "$2"; sleep 60;; esac');
  return scene.machine({ own: [`XferCommand = /bin/sh ${folder}/stall.sh %u %o`] });
}

/** Ours, but of a process that began at another time: it is gone. */
const gone = `pacman-fetch-${processMark().replace(/-\d+-/, '-1-')}`;

describe.skipIf(missing('root', 'linux', 'pacman', 'nginx', 'openssl', 'curl', 'landlock6'))(
  'staging directories',
  () => {
    beforeAll(async () => {
      scene = await makeScene();
    });
    afterAll(async () => await scene[Symbol.asyncDispose]());

    it('are removed by the next run after SIGKILL', async () => {
      const machine = stalling();
      expect(await machine.run('refresh')).toMatchObject({ status: 0 });
      const child = machine.start('prefetch', 'pkg8');
      const ended = once(child, 'exit');
      const folder = await eventually('a part', () =>
        readdirSync(machine.cache).find((one) => readdirSync(join(machine.cache, one)).includes(`${name}.part`)),
      );
      child.kill('SIGKILL');
      await ended;
      expect(folder).toMatch(/^pacman-fetch-\d+-\d+-\d+-\w{6}$/);
      expect(readdirSync(machine.cache)).toEqual([folder]);
      // Also after the command was removed from the configuration.
      writeFileSync(join(machine.config, '..', 'pacman.d', 'pacman-fetch.conf'), '[options]\nSandboxUser = nobody\n');
      expect(await machine.run('prefetch', 'pkg8')).toMatchObject({ status: 0, stderr: '' });
      expect(readdirSync(machine.cache)).toEqual([name]);
    });

    it('stay where they are of somebody who is alive, of another container, or of pacman', async () => {
      const machine = scene.machine({ own: [curl] });
      expect(await machine.run('refresh')).toMatchObject({ status: 0 });
      const kept = [
        `pacman-fetch-${processMark()}-abcdef`,
        `pacman-fetch-${process.pid}-1-1-abcdef`,
        'download-abcdef',
        `${gone}-abcdef-mine`,
        `my-${gone}-abcdef`,
      ];
      for (const one of [...kept, `${gone}-abcdef`]) mkdirSync(join(machine.cache, one));
      writeFileSync(join(machine.cache, `${gone}-abcdef.new`), 'a copy that got no name');
      expect(await machine.run('prefetch', 'pkg8')).toMatchObject({ status: 0, stderr: '' });
      expect(readdirSync(machine.cache).toSorted()).toEqual([...kept, name].toSorted());
    });

    it('are removed with any content, without following a link', async () => {
      const machine = scene.machine({ own: [curl] });
      expect(await machine.run('refresh')).toMatchObject({ status: 0 });
      const { folder: precious } = scene.copy();
      const before = readdirSync(precious);
      symlinkSync(precious, join(machine.cache, `${gone}-linked`));
      const full = join(machine.cache, `${gone}-fulled`);
      mkdirSync(join(full, 'a', 'b'), { recursive: true });
      symlinkSync(precious, join(full, 'a', 'link'));
      writeFileSync(Buffer.concat([Buffer.from(`${full}/a/`), Buffer.from([0xff, 0xfe])]), 'no UTF-8');
      expect(await machine.run('prefetch', 'pkg8')).toMatchObject({ status: 0, stderr: '' });
      expect(readdirSync(machine.cache)).toEqual([name]);
      expect(readdirSync(precious)).toEqual(before);
    });
  },
);
