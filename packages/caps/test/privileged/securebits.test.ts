import type { EnforcementReport } from '@sb/core';
import { compileFixture, missing, runProgram } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

interface Restricted {
  readonly before: readonly { readonly securebits: string; readonly permitted: string }[];
  readonly after: readonly { readonly securebits: string; readonly permitted: string }[];
  readonly outcome: EnforcementReport;
}

const locked =
  'noroot,noroot_locked,no_setuid_fixup_locked,keep_caps_locked,no_cap_ambient_raise,no_cap_ambient_raise_locked';
const lockedWithFixup = locked.replace('no_setuid_fixup_locked', 'no_setuid_fixup,no_setuid_fixup_locked');
const reason = 'no_setuid_fixup was already locked as on: leaving uid 0 does not remove capabilities from this process';

/** Whoever locked noroot before left this process without CAP_SETPCAP, and so with its bounding set. */
const soft = JSON.stringify({ levels: { bounding: 'prefer' } });

describe.skipIf(missing('root', 'linux', 'libcap'))('securebits that were set before', () => {
  const under = (securebits: number, args: readonly string[]) =>
    runProgram('capsh', [`--secbits=${securebits}`, '--shell=/usr/bin/env', '--', process.execPath, ...args]);

  it.each([
    ['none', 0, '{}', { state: 'enforced' }, locked],
    ['no_setuid_fixup on', 0x04, '{}', { state: 'enforced' }, locked],
    ['no_setuid_fixup locked as off', 0x08, '{}', { state: 'enforced' }, locked],
    ['no_setuid_fixup locked as on', 0x0c, '{}', { state: 'enforced', reason }, lockedWithFixup],
    ['no_cap_ambient_raise locked as on', 0xc0, '{}', { state: 'enforced' }, locked],
    ['keep_caps locked as off', 0x20, '{}', { state: 'enforced' }, locked],
    ['what we lock', 0xeb, soft, { state: 'already' }, locked],
    ['what we lock, and no_setuid_fixup on', 0xef, soft, { state: 'already', reason }, lockedWithFixup],
  ])('%s: the report says what is so', async (_name, securebits, options, line, expected) => {
    const fixture = compileFixture(new URL('../fixtures/restrict.ts', import.meta.url));
    const { status, stdout, stderr } = await under(securebits, [fixture, options]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { after, outcome } = JSON.parse(stdout) as Restricted;
    const found = outcome.features.find(({ feature }) => feature === 'securebits');
    expect(found).toEqual({ layer: 'caps', feature: 'securebits', ...line });
    expect(after.length).toBeGreaterThan(11);
    for (const thread of after) expect(thread.securebits).toBe(expected);
  });

  it('the reason is true: what was kept survives leaving uid 0, and otherwise it does not', async () => {
    const caps = JSON.stringify(new URL('../../dist/index.js', import.meta.url).href);
    const script = `import * as caps from ${caps};
      caps.restrictSelf(caps.policy({ keep: ['cap_kill', 'cap_setuid'] }));
      process.setuid(65534);
      console.log(caps.format(caps.get()));`;
    const run = async (securebits: number) => (await under(securebits, ['--input-type=module', '-e', script])).stdout;
    expect(await run(0x0c)).toBe('cap_kill,cap_setuid=ep\n');
    expect(await run(0)).toBe('=\n');
  });
});
