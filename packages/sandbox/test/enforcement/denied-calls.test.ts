/* A filter of somebody else's that denies what a sandbox needs: named as that before anything changes. */
import { existsSync, writeFileSync } from 'node:fs';

import { beneath } from '@sb/containers';
import { arg, errno, killProcess, type SeccompOptions } from '@sb/seccomp';
import { fixtureJson, missing, runProgram, temporaryFolder, type ProgramResult } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { sbRunPath } from '../sb-run.js';

const PR_SET_NO_NEW_PRIVS = 38;
const PR_CAPBSET_DROP = 24;
const PR_SET_SECUREBITS = 28;

const denying = (syscall: string, action = errno('EPERM')): SeccompOptions => ({
  base: 'allow-all',
  rules: [{ syscall, action }],
});
const prctl = (option: number): SeccompOptions => ({
  base: 'allow-all',
  rules: [{ syscall: 'prctl', when: [arg(0).eq32(option)], action: errno('EPERM') }],
});

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder(0o777);
});
afterEach(() => folder[Symbol.dispose]());

async function sandboxed(filter: SeccompOptions, options: readonly string[] = []): Promise<ProgramResult> {
  const command = ['/bin/touch', folder.file('ran')];
  const own = ['--rw', folder.path, ...options, '--', ...command];
  const [file = '', ...args] = [...beneath(filter), process.execPath, sbRunPath(), ...own];
  return await runProgram(file, args);
}

const denied: readonly (readonly [call: string, filter: SeccompOptions, said: RegExp])[] = [
  ['capset', denying('capset'), /caps, step plan: an earlier system-call filter answers capset with EPERM/],
  [
    'prctl(PR_CAPBSET_DROP)',
    prctl(PR_CAPBSET_DROP),
    /caps, step plan: an earlier system-call filter answers prctl\(PR_CAPBSET_DROP\) with EPERM/,
  ],
  [
    'prctl(PR_SET_SECUREBITS)',
    prctl(PR_SET_SECUREBITS),
    /caps, step plan: an earlier system-call filter answers prctl\(PR_SET_SECUREBITS\) with EPERM/,
  ],
  ['prctl', denying('prctl'), /caps, step get: .* A system-call filter may forbid prctl/],
  ['seccomp', denying('seccomp'), /seccomp, step plan: .* a filter that is already loaded forbids it/],
  ['landlock_create_ruleset', denying('landlock_create_ruleset'), /landlock, step plan: .* A system-call filter/],
  ['landlock_add_rule', denying('landlock_add_rule'), /landlock, step plan: .* answers landlock_add_rule with EPERM/],
  [
    'landlock_restrict_self',
    denying('landlock_restrict_self'),
    /landlock, step plan: .* answers landlock_restrict_self with EPERM/,
  ],
  [
    'capset, which it kills for',
    denying('capset', killProcess),
    /caps, step plan: an earlier system-call filter kills a process that calls capset/,
  ],
  [
    'landlock_restrict_self, which it kills for',
    denying('landlock_restrict_self', killProcess),
    /landlock, step plan: .* kills a process that calls landlock_restrict_self/,
  ],
];

const required = ['--require', 'caps.bounding,caps.securebits'];

describe.skipIf(missing('linux', 'root', 'landlock7'))('a filter above', () => {
  it('control: that denies nothing of it lets the command run', async () => {
    const { status, stderr } = await sandboxed({ base: 'allow-all', deny: ['reboot'] }, required);
    expect([status, stderr]).toEqual([0, '']);
    expect(existsSync(folder.file('ran'))).toBe(true);
  });

  it.each(denied)('that denies %s is named, and the command never runs', async (_call, filter, said) => {
    const { status, stdout, stderr } = await sandboxed(filter, required);
    expect([status, stdout]).toEqual([125, '']);
    expect(stderr).toMatch(said);
    expect(existsSync(folder.file('ran'))).toBe(false);
  });

  it.each([
    ['capset', 'caps', denying('capset')],
    ['capset, which it kills for', 'caps', denying('capset', killProcess)],
    ['seccomp', 'seccomp', denying('seccomp')],
    ['landlock_restrict_self', 'landlock', denying('landlock_restrict_self')],
    ['landlock_add_rule, which it kills for', 'landlock', denying('landlock_add_rule', killProcess)],
  ])('that denies %s leaves the rest in force where %s is preferred', async (_call, layer, filter) => {
    const { status, stderr } = await sandboxed(filter, ['--prefer', layer, '--report']);
    expect(status, stderr).toBe(0);
    const { features, status: inForce } = JSON.parse(stderr) as { status: string; features: { reason?: string }[] };
    expect(inForce).toBe('partial');
    expect(JSON.stringify(features)).toMatch(/filter/);
    expect(existsSync(folder.file('ran'))).toBe(true);
  });

  it('that denies to set no_new_privs hinders nobody who has it', async () => {
    const { status, stderr } = await sandboxed(prctl(PR_SET_NO_NEW_PRIVS));
    // Who loaded the filter has set it.
    expect([status, stderr]).toEqual([0, '']);
  });

  it.each(denied.filter(([call]) => !call.startsWith('seccomp')))(
    'that denies %s changes nothing on any thread of a process that would restrict itself',
    async (_call, filter) => {
      writeFileSync(folder.file('file'), '');
      const request = { policy: { require: ['caps.bounding', 'caps.securebits'] }, file: folder.file('file') };
      const ringless = { ...filter, deny: ['io_uring_setup', 'io_uring_enter', 'io_uring_register'] };
      const { before, after, error } = await fixtureJson<Record<'before' | 'after' | 'error', object>>(
        new URL('fixtures/restrict-self.ts', import.meta.url),
        [JSON.stringify(request)],
        { prefix: beneath(ringless) },
      );
      expect(error).toMatchObject({ code: expect.stringMatching(/not-permitted|syscall-failed/) });
      expect(after).toMatchObject(before);
    },
  );
});
