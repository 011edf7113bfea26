/* sb-run --learn: the least policy with which a command passes. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { sbRun } from '../sb-run.js';

const sh = (line: string) => ['--', '/bin/sh', '-c', line];

/** A directory in which a command needs six files of one directory, another one, and to make one. */
function place(): TemporaryFolder {
  const folder = temporaryFolder(0o755);
  mkdirSync(folder.file('data'));
  for (const name of ['1', '2', '3', '4', '5', '6']) writeFileSync(folder.file('data', name), name);
  mkdirSync(folder.file('out'));
  writeFileSync(folder.file('one'), 'one');
  return folder;
}

interface Written {
  readonly landlock: { readonly paths: readonly Readonly<Record<string, string>>[] };
}

const line = 'cat data/* one && echo hi > out/new';

describe.skipIf(missing('linux', 'landlock6'))('sb-run --learn', () => {
  it('writes a policy with which the command passes, and which holds in another directory', async () => {
    using folder = place();
    using other = place();
    const file = folder.file('policy.json');
    const options = ['--fs', 'minimal', '--rx', '/usr', '--rx?', '/bin', `--learn=${file}`];
    const { status, stdout, stderr } = await sbRun([...options, ...sh(line)], { cwd: folder.path, timeout: 60_000 });
    expect([status, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(/the command passes with these 3 rules, and fails without any one of them\n$/);
    const { landlock } = JSON.parse(readFileSync(file, 'utf8')) as Written;
    expect(landlock.paths.slice(2)).toEqual([
      { ro: 'data', optional: true },
      { ro: 'one', optional: true },
      { rw: 'out', optional: true },
    ]);
    for (const { path } of [folder, other]) {
      writeFileSync(`${path}/policy.json`, readFileSync(file));
      const ran = await sbRun(['--policy', `${path}/policy.json`, ...sh(line)], { cwd: path });
      expect([ran.status, ran.stdout]).toEqual([0, '123456one']);
    }
  });

  it('learns nothing outside of its bounds, and writes no policy then', async () => {
    using folder = place();
    const file = folder.file('policy.json');
    const within = ['--learn-within', folder.file('data')];
    const options = ['--fs', 'minimal', '--rx', '/usr', '--rx?', '/bin', `--learn=${file}`, ...within];
    const { status, stderr } = await sbRun([...options, ...sh(line)], { cwd: folder.path, timeout: 60_000 });
    expect(status).toBe(1);
    expect(stderr).toContain(`not learned: read ${folder.file('one')}, since it is outside of --learn-within\n`);
    expect(() => readFileSync(file)).toThrow('ENOENT');
  });

  it('takes no directory of the machine for its own, in which anything could be written', async () => {
    const folder = mkdtempSync('/var/tmp/sb-test-');
    try {
      writeFileSync(`${folder}/one`, 'one');
      const learnIn = async (cwd: string) =>
        await sbRun(
          ['--fs', 'minimal', '--rx', '/usr', '--rx?', '/bin', '--cwd', cwd, '--learn', ...sh(`: >> ${folder}/one`)],
          { timeout: 60_000 },
        );
      const [refused, learned] = await Promise.all([learnIn('/var'), learnIn(folder)]);
      const why = `not learned: write ${folder}/one, since it is outside of --learn-within`;
      expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining(why)]);
      expect(learned.status).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('says that a policy lies where its command may write', async () => {
    using folder = place();
    const options = ['--fs', 'minimal', '--rx', '/usr', '--rx?', '/bin'];
    const learnTo = async (file: string) =>
      await sbRun([...options, `--learn=${file}`, ...sh(': > out/new')], { cwd: folder.path, timeout: 60_000 });
    const [within, beside] = await Promise.all([learnTo('out/policy.json'), learnTo('policy.json')]);
    expect([within.status, within.stderr]).toEqual([
      0,
      expect.stringContaining('out/policy.json lies where the command may write'),
    ]);
    expect([beside.status, beside.stderr]).toEqual([0, expect.not.stringContaining('lies where')]);
  });

  it.each([
    [['--learn=-'], /--learn=- names no file/],
    [['--learn', '--report'], /--report cannot be combined with --learn/],
    [['--learn', '--explain'], /--learn cannot be combined with --explain/],
    [['--learn-within', '/tmp'], /--learn-within bounds what --learn grants, and there is no --learn/],
  ])('%j is refused', async (options, said) => {
    const { status, stderr } = await sbRun([...options, '--', 'true']);
    expect([status, stderr]).toEqual([125, expect.stringMatching(said)]);
  });
});
