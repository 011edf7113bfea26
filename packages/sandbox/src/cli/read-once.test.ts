/* What a policy file says is read once, and each layer's policy is made once, whatever the command line adds. */
import { writeFileSync } from 'node:fs';

import { temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { callsOf } from '../../test/calls-of.js';
import { createSandbox } from '../sandbox.js';
import { parseArguments } from './arguments.js';
import { policyFrom } from './policy.js';

const document = {
  user: { user: 65_534, group: 65_534 },
  caps: { bounding: 'drop' },
  landlock: { paths: [{ rw: '/tmp' }], net: { connectTcp: [443] } },
  seccomp: { base: 'deny-dangerous', rules: [{ syscall: 'mlock', action: { action: 'errno', errno: 'EPERM' } }] },
  rlimits: { nofile: 64 },
} as const;

/** What a run of sb-run reads and makes before it starts anything. */
async function counted(run: () => unknown) {
  // What is made once a process, as a table, is made by then.
  await run();
  const calls = await callsOf(run);
  return {
    objects: calls('core', 'refuseInherited'),
    made: ['landlock', 'caps', 'privdrop'].map((layer) => calls(layer, 'policy')),
  };
}

/** The object of what the command line adds, and the options of the call that opens the file. */
const ours = 2;

describe('a policy file', () => {
  it.each([
    ['nothing', [], 0],
    ['a folder to work in', ['--cwd', '/'], 0],
    ['a level', ['--prefer', 'landlock'], 0],
    // The list that it adds to is read with it: the choice, its ports, two rules; and the layer's policy has one rule more.
    ['a rule for files', ['--rw', '/srv'], 5],
  ])('is read once, and made once, where the command line adds %s', async (_, options, more) => {
    using folder = temporaryFolder();
    const file = folder.file('policy.json');
    writeFileSync(file, JSON.stringify(document));
    const args = parseArguments(['--policy', file, ...options, '--', 'true']);
    const byFile = await counted(() => createSandbox(policyFrom(args)));
    const byCall = await counted(() => createSandbox(document));
    expect(byFile.objects).toBe(byCall.objects + ours + more);
    expect(byFile.made).toEqual([1, 1, 1]);
  });

  it('is named where it is at fault by itself, and only there', () => {
    using folder = temporaryFolder();
    const file = folder.file('policy.json');
    const caps = { keep: [], ambient: ['cap_chown'] };
    writeFileSync(file, JSON.stringify({ caps }));
    const from = (...options: readonly string[]) => policyFrom(parseArguments(['--policy', file, ...options]));
    expect(() => from('--cwd', '/')).toThrow(`${file}: caps: cap_chown is not in keep, but in inheritable or ambient`);
    writeFileSync(file, JSON.stringify({ groups: [7] }));
    expect(() => from('--cwd', '/')).toThrow(`${file}: sandbox: groups need a user`);
    expect(from('--user', '65534')).toMatchObject({ user: 65_534, groups: [7] });
    writeFileSync(file, '{}');
    expect(() => from('--groups', '7')).toThrow(/^sandbox: groups need a user/);
  });
});
