/* Sandboxes within sandboxes: what is so already is not done again, and each of them holds. */
import { chownSync } from 'node:fs';

import { beneath, dockerCapabilities, dockerFilter } from '@sb/containers';
import type { SeccompOptions } from '@sb/seccomp';
import {
  missing,
  nodeReleases,
  probeArguments,
  probePath,
  type ProgramResult,
  runProgram,
  temporaryFolder,
} from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { nobody } from '../attack/place.js';
import type { SandboxReport } from '../../src/index.js';
import { sbExec } from '../compiled.js';
import { sbRun, sbRunPath } from '../sb-run.js';
import { states } from '../start.js';

const layer = (...options: readonly string[]) => [process.execPath, sbRunPath(), ...options, '--'];
/** So many sandboxes, the innermost of which reports. */
const deep = (count: number) => [...Array.from({ length: count - 1 }, () => layer()), layer('--report')].flat();

async function run(words: readonly string[], options: object = {}): Promise<ProgramResult> {
  const [file = '', ...args] = words;
  return await runProgram(file, args, { timeout: 60_000, ...options });
}

const attempts = [
  ['open-write', '/proc/self/comm'],
  ['bind-tcp', 47_713],
  ['unshare-user'],
  ['open-read', '/etc/passwd'],
] as const;
const probe = [probePath(), '--apart', ...probeArguments(attempts)];
const answers = ({ stdout }: ProgramResult) => stdout.split('\n').flatMap((line) => line.split(' ')[2] ?? []);
const confined = ['EACCES', 'EACCES', 'EPERM', 'OK'];
const reportOf = ({ stderr }: ProgramResult) => JSON.parse(stderr) as SandboxReport;

/** As systemd's `SystemCallFilter=@system-service`, `~@privileged @resources` with `SystemCallErrorNumber=EPERM`. */
const service: SeccompOptions = {
  base: 'allow-all',
  deny: ['@privileged', '@mount', '@debug', '@clock', '@reboot', '@swap', '@module', '@obsolete', 'capset', 'keyctl'],
};

const users = [
  ['root', {}],
  ['an ordinary user', nobody],
] as const;

describe.skipIf(missing('linux', 'root', 'landlock7', 'unshare', 'userNamespaces', 'libcap'))('a sandbox', () => {
  it('control: without one, all of it can be done', async () => {
    expect(answers(await run(probe))).toEqual(confined.map(() => 'OK'));
  });

  describe.each(users)('of %s', (_name, ids) => {
    it.each([1, 2, 3])('nests: %i deep', async (count) => {
      const result = await run([...deep(count), ...probe], ids);
      expect(answers(result), result.stderr).toEqual(confined);
      expect(states(reportOf(result))).toMatchObject({
        'landlock.fs.write_file': 'enforced',
        'seccomp.filter': 'enforced',
        'caps.no_new_privs': count === 1 ? 'enforced' : 'already',
        ...(count > 1 ? { 'caps.capabilities': 'already' } : {}),
      });
    });

    it('nests in another one in a user namespace', async () => {
      const namespace = ['/usr/bin/unshare', '--user', '--map-root-user'];
      const result = await run([...namespace, ...deep(3), ...probe], ids);
      expect(answers(result), result.stderr).toEqual(confined);
    });

    it.each<[string, () => SeccompOptions]>([
      ['a container’s', dockerFilter],
      ['a service’s', () => service],
    ])('nests beneath %s filter', async (_filter, above) => {
      // A service is an ordinary user as a rule: what root would have to give up is asked about below.
      const own =
        above === dockerFilter || ids === nobody ? [] : ['/usr/bin/setpriv', '--bounding-set=-all', '--inh-caps=-all'];
      const words = [...own, ...beneath(above()), ...deep(2), ...probe];
      const result = await run(words, ids);
      expect(answers(result), result.stderr).toEqual(confined);
    });
  });

  it('nests in a container of Docker, with its capabilities, in a user namespace', async () => {
    const words = [...dockerCapabilities, '/usr/bin/unshare', '--user', '--map-root-user'];
    const result = await run([...words, ...beneath(dockerFilter()), ...deep(2), ...probe]);
    expect(answers(result), result.stderr).toEqual(confined);
  });

  it('that changes its user holds others of that user', async () => {
    const result = await run([...layer('--user', 'nobody'), ...layer('--user', 'nobody', '--report'), ...probe]);
    expect(answers(result), result.stderr).toEqual(confined);
    expect(states(reportOf(result))).toMatchObject({ 'privdrop.user': 'already', 'caps.bounding': 'already' });
  });

  it('nests to the sixteenth ruleset; the seventeenth is refused with the kernel’s limit', async () => {
    // Sixteen starts of Node take seconds; compiled ones load the same.
    using folder = temporaryFolder();
    chownSync(folder.path, nobody.uid, nobody.gid);
    const compiled = folder.file('layer.sb');
    const alone = ['--off', 'process.descendants'];
    expect(await sbRun([...alone, '--compile', compiled], nobody)).toMatchObject({ status: 0 });
    const outer = (count: number) => Array.from({ length: count }, () => [sbExec(), compiled, '--']).flat();
    const most = await run([...outer(15), ...layer(...alone, '--report'), ...probe], nobody);
    expect(answers(most), most.stderr).toEqual(confined);
    const { status, stdout, stderr } = await run([...outer(16), ...layer(), ...probe], nobody);
    expect([status, stdout]).toEqual([125, '']);
    expect(stderr).toMatch(/landlock, step plan: sixteen rulesets are in force already/);
    const preferring = [...outer(16), ...layer('--prefer', 'landlock')];
    expect(answers(await run([...preferring, ...probe], nobody))).toEqual(confined);
  }, 120_000);

  it('nests eight deep where each has a guardian, which takes a ruleset as well', async () => {
    using folder = temporaryFolder();
    chownSync(folder.path, nobody.uid, nobody.gid);
    const compiled = folder.file('layer.sb');
    expect(await sbRun(['--require', 'process.descendants', '--compile', compiled], nobody)).toMatchObject({
      status: 0,
    });
    // Each is started by a process that it may signal: by that its scope is found in force.
    const beneathShell = ['/bin/sh', '-c', '"$@"; exit $?', 'sh', sbExec(), compiled, '--'];
    const guarded = (count: number) => Array.from({ length: count }, () => beneathShell).flat();
    const most = await run([...guarded(8), ...probe], nobody);
    expect(answers(most), most.stderr).toEqual(confined);
    const more = await run([...guarded(9), ...probe], nobody);
    expect([more.status, more.stdout], more.stderr).toEqual([125, '']);
  });

  it.each(nodeReleases())('lets Node $version restrict itself within', async ({ file }) => {
    const script = `
      import { restrictSelf } from ${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)};
      import { openSync } from 'node:fs';
      const { features, status } = restrictSelf({ landlock: { preset: 'none', paths: [{ ro: '/proc' }] } });
      let code = 'OK';
      try { openSync('/etc/passwd'); } catch (error) { code = error.code; }
      const { state } = features.find(({ feature }) => feature === 'capabilities');
      console.log(JSON.stringify([code, state, status]));`;
    const { stdout, stderr } = await run([...layer(), file, '--input-type=module', '-e', script]);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual(['EACCES', 'already', 'full']);
  });
});
