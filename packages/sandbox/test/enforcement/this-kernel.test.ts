import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';

import { newestAbi } from '@sb/landlock';
import { expectedLandlock, missing, parseProbe, probeArguments, probePath, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { createSandbox, type SandboxOptions } from '../../src/index.js';
import { sandboxSupport } from '../../src/plan/plan.js';

/** The first ABI that has all that is asked for here: UDP came last. */
const completeAbi = 10;

const everything: SandboxOptions = {
  user: 'nobody',
  landlock: { preset: 'read-only', abi: newestAbi, net: { connectTcp: [443], connectSendUdp: [53], bindUdp: [0] } },
  seccomp: 'deny-dangerous',
};

/* Runs on every kernel: what the sandbox says of itself is what the probe sees from inside. */
describe.skipIf(missing('root', 'linux'))('on this kernel', () => {
  const { landlock: kernel } = sandboxSupport();

  it('asks the kernel that is there', () => {
    const expected = expectedLandlock() ?? (kernel.abi || kernel.state);
    expect(kernel.abi || kernel.state).toBe(expected);
  });

  it('prefer goes on without what is missing, names it, and the probe agrees from inside', async () => {
    const sandbox = createSandbox({ ...everything, prefer: ['landlock'] });
    const { passed, lines, report } = await sandbox.selfTest();
    expect(lines.filter(({ result }) => result !== 'passed')).toEqual([]);
    expect(passed).toBe(true);
    const landlock = report.features.filter(({ layer }) => layer === 'landlock');
    const lost = landlock.filter(({ state }) => state !== 'enforced');
    expect(lost.length === 0).toBe(kernel.abi >= completeAbi);
    expect(lost.length === landlock.length).toBe(kernel.abi === 0);
    for (const { state, reason } of lost) {
      expect(state).toBe('unsupported');
      expect(reason).toMatch(kernel.abi === 0 ? /Landlock/ : /needs ABI \d+, kernel has/);
    }
    // Whatever the kernel lacks of Landlock, the other layers are in force.
    for (const layer of ['privdrop', 'caps', 'seccomp']) {
      expect(lines.filter((line) => line.layer === layer).length).toBeGreaterThan(0);
    }
    expect(lines.some(({ layer }) => layer === 'landlock')).toBe(kernel.abi > 0);
    expect(report.features.some(({ layer, state }) => layer === 'seccomp' && state === 'enforced')).toBe(true);
  });

  it('reaches a socket that is granted, and says what else can be reached', async () => {
    using folder = temporaryFolder(0o755);
    const [granted, other] = [folder.file('granted'), folder.file('other')];
    const servers = [granted, other].map((path) => createServer((socket) => socket.destroy()).listen(path));
    await Promise.all(servers.map(async (server) => await once(server, 'listening')));
    for (const path of [granted, other]) chmodSync(path, 0o777);
    const attempts = [
      ['connect-unix', granted],
      ['connect-unix', other],
    ] as const;
    const seen = async (options: SandboxOptions) => {
      const sandbox = createSandbox({ user: 'nobody', prefer: ['landlock'], ...options });
      const child = sandbox.spawn(probePath(), probeArguments(attempts));
      const [said, { features }] = await Promise.all([text(child.stdout ?? process.stdin), child.enforcement]);
      const line = features.find(({ feature }) => feature === 'unix_sockets');
      return [...parseProbe(said, attempts.length).map(({ outcome }) => outcome), line?.reason ?? line?.state];
    };
    try {
      expect(await seen({})).toEqual(['EAFNOSUPPORT', 'EAFNOSUPPORT', 'enforced']);
      expect(await seen({ unix: [granted] })).toEqual(
        kernel.abi >= 9
          ? ['OK', 'EACCES', `open: sockets at ${granted}`]
          : ['OK', 'OK', expect.stringMatching(/^open: all sockets with a path .*, not only .* before ABI 9/)],
      );
    } finally {
      for (const server of servers) server.close();
    }
  });

  it('require starts nothing without what is missing', async () => {
    const sandbox = createSandbox(everything);
    if (kernel.abi >= completeAbi) {
      const child = sandbox.spawn('/bin/true');
      const [[code], { status }] = await Promise.all([once(child, 'close'), child.enforcement]);
      expect({ code, status }).toEqual({ code: 0, status: 'full' });
      return;
    }
    const code = kernel.state === 'disabled-at-boot' ? 'disabled-at-boot' : 'unsupported-kernel';
    expect(() => sandbox.spawn('/bin/true')).toThrow(expect.objectContaining({ layer: 'landlock', code }));
  });
});
