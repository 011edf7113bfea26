/* What a program may have from its parent without being given it: descriptors, environment, secrets. */
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { fixtureJson, missing, probeArguments, parseProbe, probePath, runProgram, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { createSandbox } from '../../src/index.js';
import { makePlace, nobody } from '../attack/place.js';
import { attackers, inside, startAs } from '../attack/suite.js';
import { collect, startIn } from '../start.js';

const leaks = new URL('fixtures/leaks.ts', import.meta.url);
const turns = 20;

/** Opens descriptors for all children on these numbers, then becomes what follows. */
const leaking = (...numbers: readonly number[]) => [
  '/bin/bash',
  '-c',
  `ulimit -n 4096; ${numbers.map((number) => `exec ${number}</etc/passwd`).join('; ')}; exec "$@"`,
  'leaking',
];

describe.skipIf(missing('linux', 'root', 'libcap'))('descriptors', () => {
  it('closes-what-the-parent-itself-inherited', async () => {
    const prefix = leaking(3, 4, 5, 9, 17, 64, 255, 1023, 1024, 2048, 4095);
    const request = { policy: {}, program: probePath(), args: ['find-descriptor', '3'] };
    expect(
      await runProgram(prefix[0] ?? '', [...prefix.slice(1), probePath(), 'find-descriptor', '4095']),
    ).toMatchObject({ stdout: 'find-descriptor 0 OK\n' });
    expect(await startIn(request, { prefix })).toMatchObject({ stdout: 'find-descriptor 9 EBADF\n' });
  });

  it('closes-what-other-threads-open-at-the-same-moment', async () => {
    using folder = temporaryFolder();
    const library = folder.file('leak.so');
    const source = fileURLToPath(new URL('../native/leak.c', import.meta.url));
    const flags = ['-std=gnu11', '-O1', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC', '-pthread'];
    expect(await runProgram('gcc', [...flags, '-o', library, source])).toMatchObject({ status: 0, stderr: '' });
    const env = { ...process.env, LD_PRELOAD: library };
    const counts = await fixtureJson<object>(leaks, [probePath(), String(turns)], { env });
    expect(counts).toEqual({ inside: { EBADF: turns }, outside: { OK: turns } });
  });

  it('keeps only those that are listed, under their numbers', async () => {
    const [kept, other] = [openSync('/etc/passwd', 'r'), openSync('/etc/passwd', 'r')];
    const attempts = [
      ['has-descriptor', kept],
      ['has-descriptor', other],
      ['find-descriptor', Math.max(kept, other) + 1],
    ] as const;
    const sandbox = createSandbox({ keepDescriptors: [kept] });
    const { stdout = '' } = await collect(sandbox.spawn(probePath(), probeArguments(attempts)));
    closeSync(kept);
    closeSync(other);
    expect(parseProbe(stdout, 3).map(({ outcome }) => outcome)).toEqual(['OK', 'EBADF', 'EBADF']);
  });

  it('cannot-open-a-descriptor-again-for-more-than-it-is-for', async () => {
    using place = await makePlace(nobody);
    const again = async (policy: object) => {
      const input = openSync(place.file, 'r');
      const child = createSandbox({ user: 'nobody', ...policy }).spawn(probePath(), ['open-write', '/proc/self/fd/0'], {
        stdio: [input, 'pipe', 'pipe'],
      });
      const { stdout } = await collect(child);
      closeSync(input);
      return stdout;
    };
    expect(await again({})).toBe('open-write 13 EACCES\n');
    expect(await again({ landlock: 'off' })).toBe('open-write 0 OK\n');
  });
});

describe.skipIf(missing('linux', 'root'))('the environment', () => {
  const names = ['SECRET_TOKEN', 'NODE_OPTIONS', 'LD_PRELOAD', 'LD_LIBRARY_PATH', 'https_proxy', 'SSH_AUTH_SOCK'];
  const env = { ...process.env, ...Object.fromEntries(names.map((name) => [name, ''])), SECRET_TOKEN: 'secret' };

  it('passes-no-secret-and-no-loader-setting-on', async () => {
    const attempts = [...names, 'PATH', 'HOME'].map((name) => ['read-environment', name] as const);
    const outside = await runProgram(probePath(), probeArguments(attempts), { env });
    expect(parseProbe(outside.stdout, attempts.length).map(({ outcome }) => outcome)).toEqual(attempts.map(() => 'OK'));
    const request = { policy: {}, program: probePath(), args: probeArguments(attempts) };
    const { stdout = '' } = await startIn(request, { env });
    expect(parseProbe(stdout, attempts.length).map(({ outcome }) => outcome)).toEqual([
      ...names.map(() => 'ENOENT'),
      'OK',
      'OK',
    ]);
  });

  it('is exactly the one that is given', async () => {
    const policy = { env: { ONE: '1' } };
    expect(await startAs('switched', { policy, program: '/usr/bin/env' })).toMatchObject({ stdout: 'ONE=1\n' });
  });

  it.each(attackers)('cannot-be-read-from-the-parent-by-%s', async (who) => {
    const script = 'tr "\\0" "\\n" < /proc/$PPID/environ; cat /proc/$PPID/maps; ls -l /proc/$PPID/exe';
    const request = (policy: object) => ({ policy, program: '/bin/sh', args: ['-c', script] });
    const { stdout, stderr } = await startAs(who, request({}));
    expect(stdout).not.toMatch(/PATH=|node/);
    expect(stderr?.match(/Permission denied$/gm)?.length).toBe(3);
    if (who === 'switched') return;
    expect((await startAs(who, request({ landlock: 'off', caps: 'off' }))).stdout).toMatch(/PATH=/);
  });

  it('has no limit to raise: no core file holds what it has read', async () => {
    const RLIMIT_CORE = 4;
    for (const who of attackers) expect(await inside(who, [['raise-limit', RLIMIT_CORE]])).toEqual(['EPERM']);
  });
});
