/* "Become another user and keep one capability" is one policy: the capabilities' record and the user's, in one launch. */
import { missing, parseProbe, probeArguments, probePath } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { createSandbox, type SandboxOptions } from '../../src/index.js';
import { collect } from '../start.js';

const CAP_SETUID = 7;
const CAP_NET_BIND_SERVICE = 10;
const KEEP_CAPS = 0x10;
/** Below ip_unprivileged_port_start, and nobody's. */
const lowPort = 599;

const attempts = [
  ['bind-tcp', lowPort],
  ['bind-tcp', lowPort + 1],
  ['has-effective', CAP_NET_BIND_SERVICE],
  ['has-effective', CAP_SETUID],
  ['raise-permitted', CAP_SETUID],
  ['set-securebits', KEEP_CAPS],
  ['setuid', 0],
] as const;

async function answers(policy: SandboxOptions) {
  const child = createSandbox({ user: 'nobody', ...policy }).spawn(probePath(), probeArguments(attempts));
  const { stdout = '', report } = await collect(child);
  return { report, outcomes: parseProbe(stdout, attempts.length).map(({ outcome }) => outcome) };
}

describe.skipIf(missing('linux', 'root', 'landlock7'))('a capability that is kept', () => {
  const landlock = { net: { bindTcp: [lowPort] } };
  const keep = ['cap_net_bind_service'] as const;

  it('goes with the change of user, and nothing else does', async () => {
    const { report, outcomes } = await answers({ landlock, caps: { keep, ambient: keep } });
    expect(outcomes).toEqual(['OK', 'EACCES', 'OK', 'EPERM', 'EPERM', 'EPERM', 'EPERM']);
    expect(report).toMatchObject({
      status: 'full',
      verified: { uid: [65_534, 65_534, 65_534, 65_534], groups: [], capEff: keep, capBnd: [] },
    });
  });

  it('is gone where it is kept and not ambient, and the report says so', async () => {
    const { report, outcomes } = await answers({ landlock, caps: { keep } });
    expect(outcomes).toEqual(['EACCES', 'EACCES', 'EPERM', 'EPERM', 'EPERM', 'EPERM', 'EPERM']);
    // The launcher reads its own status before it executes, where the program has ended too soon for the parent.
    expect(report?.verified.capEff).toEqual(report?.verified.by === 'launcher' ? keep : []);
    expect(report?.features).toContainEqual({
      layer: 'caps',
      feature: 'keep',
      state: 'enforced',
      reason: 'not for cap_net_bind_service after the program is executed: add it to ambient',
    });
  });

  it('is gone where it is not kept: then the port is root’s', async () => {
    const { report, outcomes } = await answers({ landlock });
    expect(outcomes).toEqual(['EACCES', 'EACCES', 'EPERM', 'EPERM', 'EPERM', 'EPERM', 'EPERM']);
    expect(report?.verified.capEff).toEqual([]);
  });
});
