/* Filters that deny the launcher what it calls after it has loaded them: none of its starts may look like one. */
import { existsSync } from 'node:fs';

import * as seccomp from '@sb/seccomp';
import { missing, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { createSandbox } from '../../src/index.js';
import { processOf, run } from '../launcher.js';
import { collect } from '../start.js';

const { arg } = seccomp;
const AT_EMPTY_PATH = 0x1000;
type Filter = Omit<seccomp.SeccompOptions, 'level'>;

/** What is denied, the call that the error names, and the filter. */
const unstartable: readonly (readonly [name: string, call: string, filter: Filter])[] = [
  ['its exec, by a kill', 'execveat', { base: 'allow-all', deny: ['execveat'], denied: 'kill-process' }],
  ['its exec, by an error', 'execveat', { base: 'deny-dangerous', deny: ['execveat'] }],
  [
    'its exec, by asking a tracer',
    'execveat',
    { base: 'allow-all', rules: [{ syscall: 'execveat', action: seccomp.trace() }] },
  ],
  ['its exec, by a list without it', 'execveat', { base: 'network-client-running' }],
  ['everything', 'execveat', { base: 'deny-all' }],
  ['what it tells of a failure by', 'write', { base: 'allow-all', deny: ['write'] }],
  [
    'the descriptor that it tells by',
    'write',
    { base: 'allow-all', rules: [{ syscall: 'write', when: [arg(0).gt32(2)], action: 'kill-process' }] },
  ],
  ['its end', 'exit_group', { base: 'allow-all', deny: ['exit_group'] }],
  ['its architecture', 'execveat', { base: 'allow-all', architectures: ['i386'] }],
];

const startable: readonly (readonly [name: string, filter: Filter])[] = [
  ['every other exec', { base: 'deny-dangerous', deny: ['execve'] }],
  [
    'programs without a path',
    {
      base: 'deny-dangerous',
      rules: [{ syscall: 'execveat', when: [arg(4).maskedNe32(AT_EMPTY_PATH, 0)], action: 'kill-process' }],
    },
  ],
  [
    'a status that no program ends with',
    { base: 'allow-all', rules: [{ syscall: 'exit_group', when: [arg(0).eq32(99)], action: 'kill-process' }] },
  ],
];

describe.skipIf(missing('linux', 'root', 'x64'))('a filter that denies the launcher', () => {
  it.each(unstartable)('%s is refused before anything is started', (_name, call, filter) => {
    const sandbox = createSandbox({ seccomp: filter, landlock: 'off' });
    const error = expect.objectContaining({
      code: 'invalid-policy',
      step: 'plan',
      message: expect.stringMatching(new RegExp(`^sandbox: seccomp answers ${call} with `)),
      hint: expect.stringMatching(/^Allow it/),
    });
    expect(() => sandbox.spawn('/bin/true')).toThrow(error);
    expect(() => sandbox.plan()).toThrow(error);
    if (call !== 'write' || filter.rules === undefined) expect(() => sandbox.command('/bin/true')).toThrow(error);
  });

  it.each(startable)('%s, starts', async (_name, filter) => {
    const child = createSandbox({ seccomp: filter, landlock: 'off' }).spawn('/bin/true');
    expect(await collect(child)).toMatchObject({ status: 0, report: { status: 'full' } });
  });

  it('nothing, beside the one exec that is left', async () => {
    const child = createSandbox({ execOnce: true }).spawn('/bin/true');
    expect(await collect(child)).toMatchObject({ status: 0, report: { status: 'full' } });
  });

  it('can be explained, since restrictSelf takes it', () => {
    expect(createSandbox({ seccomp: 'network-client-running' }).explain()).toMatch(
      /system calls +network-client-running/,
    );
  });

  it('is one whose target never runs, without a word about it', async () => {
    using folder = temporaryFolder(0o777);
    const target = processOf(['/bin/touch', folder.file('ran')]);
    const record = (options: Filter) => seccomp.plan(seccomp.policy(options), seccomp.support()).record;
    const silent = await run([target, record({ base: 'allow-all', deny: ['execveat'], denied: 'kill-process' })]);
    expect(silent.status.kind).not.toBe('failed');
    expect(existsSync(folder.file('ran'))).toBe(false);
    await run([target, record({ base: 'allow-all', deny: ['reboot'] })]);
    expect(existsSync(folder.file('ran'))).toBe(true);
  });
});
