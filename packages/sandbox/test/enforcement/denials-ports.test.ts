/* Denied ports are told as denied files are: with the error of the kernel, and nothing changes for those that are allowed. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';

import { type Attempt, freePorts, missing, parseProbe, probeArguments, probePath } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { createSandbox, type SandboxOptions } from '../../src/index.js';
import type { LandlockChoice } from '../../src/policy/options.js';

const users: readonly (readonly [string, SandboxOptions])[] = missing('root')
  ? [['the same user', {}]]
  : [
      ['the same user', {}],
      ['another user', { user: 'nobody' }],
    ];

async function run(policy: SandboxOptions, attempts: readonly Attempt[], denials: boolean) {
  const child = createSandbox(policy).spawn(probePath(), probeArguments(attempts), {
    stdio: ['ignore', 'pipe', 'inherit'],
    denials,
  });
  const [said] = await Promise.all([text(child.stdout), once(child, 'close'), child.enforcement]);
  await child.denials?.ended;
  return {
    outcomes: parseProbe(said, attempts.length).map(({ outcome }) => outcome),
    // The filter denies some sockets of other protocols.
    told: child.denials?.all
      .filter(({ layer }) => layer === 'landlock')
      .map(({ call, port, right, errno, count, add }) => [[call, port, right, errno, count].join(' '), add]),
  };
}

/** Below ip_unprivileged_port_start, and nobody's. */
const lowPort = 81;

describe.skipIf(missing('linux', 'landlock6'))('denied ports', () => {
  it.each(users)(
    'of which a low one needs a capability too get no advice that is not enough, as %s',
    async (_, more) => {
      const bind = async (bindTcp: readonly number[], caps: SandboxOptions['caps'] = {}) =>
        await run(
          { ...more, caps, landlock: { preset: 'read-only', net: { bindTcp }, paths: [{ rx: probePath() }] } },
          [['bind-tcp', lowPort]],
          true,
        );
      const line = `bind ${lowPort} bind_tcp EACCES 1`;
      expect(await bind([])).toEqual({ outcomes: ['EACCES'], told: [[line, undefined]] });
      // The rule alone is not enough.
      expect(await bind([lowPort])).toEqual({ outcomes: ['EACCES'], told: [] });
      if (missing('root')) return;
      const names = ['cap_net_bind_service'] as const;
      const caps = { keep: names, ambient: names };
      const options = ['--bind-tcp', String(lowPort)];
      expect(await bind([], caps)).toEqual({
        outcomes: ['EACCES'],
        told: [[line, { options, net: { bindTcp: [lowPort] } }]],
      });
      expect(await bind([lowPort], caps)).toEqual({ outcomes: ['OK'], told: [] });
    },
  );

  it.each(users)('are told, each with the option that allows it, as %s', async (_, more) => {
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port: heard } = server.address() as { port: number };
    const [mine = 0, other = 0, quiet = 0] = await freePorts(3);
    const attempts = [
      ['connect-tcp', heard],
      ['connect-tcp', quiet],
      ['connect-mapped', quiet],
      ['connect-ipv6', quiet],
      ['connect-udp', quiet],
      ['connect-mptcp', quiet],
      ['bind-tcp', mine],
      ['bind-tcp', other],
      ['bind-ipv6', other],
      ['bind-udp', other],
      ['listen-unbound'],
    ] as const satisfies readonly Attempt[];
    const net = { connectTcp: [heard], bindTcp: [mine] };
    const policy = (ports: LandlockChoice['net'] & object): SandboxOptions => ({
      ...more,
      landlock: { preset: 'read-only', net: ports, paths: [{ rx: probePath() }], scope: ['signal'] },
    });
    try {
      const control = await run(policy({ connectTcp: 'any', bindTcp: 'any' }), attempts, false);
      expect(control.outcomes.filter((outcome) => outcome === 'EACCES')).toEqual([]);
      const plain = await run(policy(net), attempts, false);
      const watched = await run(policy(net), attempts, true);
      expect(watched.outcomes).toEqual(plain.outcomes);
      expect(plain.outcomes.slice(0, 2)).toEqual(['OK', 'EACCES']);
      expect(plain.outcomes.slice(6, 8)).toEqual(['OK', 'EACCES']);
      expect(plain.told).toBeUndefined();
      expect(watched.told).toEqual([
        [
          `connect ${quiet} connect_tcp EACCES 3`,
          { options: ['--connect-tcp', String(quiet)], net: { connectTcp: [quiet] } },
        ],
        [`bind ${other} bind_tcp EACCES 2`, { options: ['--bind-tcp', String(other)], net: { bindTcp: [other] } }],
      ]);
    } finally {
      server.close();
    }
  });
});
