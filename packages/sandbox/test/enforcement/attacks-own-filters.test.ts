/* Ways around Landlock under filters that a caller put together: closed, or told in the report. */
import { createServer, type Server } from 'node:net';

import type { SandboxOptions } from '@sb/sandbox';
import { type Attempt, missing, nodeReleases, runProgram } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { makePlace, nobody } from '../attack/place.js';
import { describeAttacks, inside, works, worksForRoot } from '../attack/suite.js';
import { definePolicy } from '../../src/policy/define.js';
import { createSandbox } from '../../src/index.js';
import { layerPolicies } from '../../src/plan/layers.js';
import { states } from '../start.js';

const freePort = 47_661;
const AF_INET = 2;
const AF_PACKET = 17;
const SOCK_STREAM = 1;
const SOCK_RAW = 3;
const SOCK_PACKET = 10;
const AF_SMC = 43;
const system = { base: 'deny-all', allow: ['@system-service'] } as const;

let ports: { readonly forbidden: number; readonly allowed: number };
const open: Server[] = [];

async function listen(): Promise<number> {
  const server = createServer((socket) => socket.on('error', () => undefined).destroy());
  open.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '::', resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** The reasons of a plan's lines, by `LAYER.FEATURE`. */
function reasons(policy: SandboxOptions): ReadonlyMap<string, string | undefined> {
  const { features } = createSandbox({ user: 'nobody', ...policy }).plan();
  return new Map(features.map(({ layer, feature, reason }) => [`${layer}.${feature}`, reason]));
}

describe.skipIf(missing('linux', 'root', 'landlock7', 'x64'))('a filter of the caller’s own', () => {
  beforeAll(async () => {
    ports = { forbidden: await listen(), allowed: await listen() };
  });
  afterAll(() => {
    for (const server of open) server.close();
  });

  describeAttacks('from deny-all with a group of calls', {
    policy: () => ({ seccomp: system, landlock: { net: { connectTcp: [ports.allowed], bindTcp: [] } } }),
    attacks: ({ file }) => [
      works(['send-tcp', ports.forbidden], 'EACCES'),
      works(['send-mptcp', ports.forbidden], 'EPROTONOSUPPORT'),
      works(['connect-fastopen', ports.forbidden], 'EOPNOTSUPP'),
      works(['sendto-fastopen', ports.forbidden], 'EOPNOTSUPP'),
      works(['sendmsg-fastopen', ports.forbidden], 'EOPNOTSUPP'),
      works(['sendmmsg-fastopen', ports.forbidden], 'EOPNOTSUPP'),
      works(['bind-mptcp', freePort], 'EPROTONOSUPPORT'),
      works(['listen-unbound'], 'EPERM'),
      works(['chmod', file], 'EPERM'),
      works(['chown', file], 'EPERM'),
      works(['utimes', file], 'EPERM'),
      works(['set-attribute', file], 'EPERM'),
      works(['set-flags', file], 'EPERM'),
    ],
    twins: ({ file }) => [
      ['send-tcp', ports.allowed],
      ['open-read', file],
    ],
  });

  it('says nothing of holes that it has closed', () => {
    const found = reasons({ seccomp: system, landlock: { net: { connectTcp: [443], bindTcp: [] } } });
    for (const name of ['net.connect_tcp', 'net.bind_tcp', 'fs.write_file']) {
      expect(found.get(`landlock.${name}`), name).toBeUndefined();
    }
  });

  it('says which holes it was told to leave, and has those alone', async () => {
    using place = await makePlace(nobody);
    const seccomp = { ...system, allow: [...system.allow, 'socket', 'chmod', 'listen'] };
    const policy = { seccomp, landlock: { net: { connectTcp: [ports.allowed], bindTcp: [] } } };
    const attempts: readonly Attempt[] = [
      ['send-mptcp', ports.forbidden],
      ['listen-unbound'],
      ['chmod', place.file],
      ['sendto-fastopen', ports.forbidden],
      ['utimes', place.file],
    ];
    expect(await inside('switched', attempts, policy)).toEqual(['OK', 'OK', 'OK', 'EOPNOTSUPP', 'EPERM']);
    const found = reasons(policy);
    const sockets = 'MPTCP sockets(, | and )SMC sockets';
    expect(found.get('landlock.net.connect_tcp')).toMatch(new RegExp(`^not for ${sockets}, because the filter`));
    expect(found.get('landlock.net.bind_tcp')).toMatch(new RegExp(`^not for ${sockets} and listening on a free port`));
    expect(found.get('landlock.fs.write_file')).toMatch(/^not for modes of the user's own files/);
  });

  it('lets a server listen without binding where some port may be bound, and says so', async () => {
    const policy = (bindTcp: readonly number[]) => ({ landlock: { net: { bindTcp } } });
    const attempts = [['bind-tcp', freePort], ['bind-tcp', freePort + 1], ['listen-unbound']] as const;
    expect(await inside('switched', attempts, policy([freePort]))).toEqual(['OK', 'EACCES', 'OK']);
    expect(await inside('switched', attempts, policy([]))).toEqual(['EACCES', 'EACCES', 'EPERM']);
    const name = 'landlock.net.bind_tcp';
    expect(reasons(policy([freePort])).get(name)).toMatch(/^not for listening on a free port without binding/);
    expect(reasons(policy([])).get(name)).toBeUndefined();
  });

  describeAttacks('that lists families, with a capability kept', {
    policy: () => ({
      caps: { keep: ['cap_net_raw'], ambient: ['cap_net_raw'] },
      landlock: 'off',
      seccomp: { base: 'allow-all', sockets: ['AF_INET'] },
    }),
    attackers: ['root'],
    attacks: () => [
      worksForRoot(['socket', AF_PACKET, SOCK_RAW, 0x300], 'EAFNOSUPPORT'),
      worksForRoot(['socket', AF_INET, SOCK_PACKET, 0x300], 'EAFNOSUPPORT'),
    ],
    // Neither the type nor the capability is missing.
    twins: () => [
      ['socket', AF_INET, SOCK_STREAM, 0],
      ['socket', AF_INET, SOCK_RAW, 1],
    ],
  });

  it('lets packet sockets through by both spellings where their family is listed', async () => {
    const seccomp = { base: 'allow-all', sockets: ['AF_INET', 'AF_PACKET'] } as const;
    const attempts = [
      ['socket', AF_PACKET, SOCK_RAW, 0x300],
      ['socket', AF_INET, SOCK_PACKET, 0x300],
    ] as const;
    const policy = { caps: { keep: ['cap_net_raw'], ambient: ['cap_net_raw'] }, landlock: 'off', seccomp } as const;
    expect(await inside('root', attempts, policy)).toEqual(['OK', 'OK']);
  });

  it('denies SMC beside a rule for TCP, and nowhere else', async () => {
    const attempt: readonly Attempt[] = [['socket', AF_SMC, SOCK_STREAM, 0]];
    const landlock = { net: { connectTcp: [443] } };
    // A kernel without SMC says EAFNOSUPPORT too, so a rule behind ours tells whether the call gets past it.
    const marked = { syscall: 'socket', action: { action: 'errno', errno: 'ENOTNAM' } } as const;
    const answer = async (sockets: 'any' | readonly ['AF_SMC'], ruleset: NonNullable<SandboxOptions['landlock']>) => {
      const { seccomp } = layerPolicies(definePolicy({ seccomp: { base: 'allow-all', sockets }, landlock: ruleset }));
      const rules = [...(seccomp?.rules ?? []), marked];
      return await inside('switched', attempt, { landlock: 'off', seccomp: { base: 'allow-all', sockets, rules } });
    };
    for (const sockets of ['any', ['AF_SMC']] as const) {
      expect(await answer(sockets, landlock)).toEqual(['EAFNOSUPPORT']);
      expect(await answer(sockets, 'off')).toEqual(['ENOTNAM']);
    }
  });

  it.each<[string, object, readonly (RegExp | undefined)[]]>([
    ['groups', system, [undefined, undefined]],
    [
      'a call by name',
      { ...system, allow: ['@system-service', 'socket', 'utimensat'] },
      [/^not for MPTCP sockets/, /^not for times of the user's own files/],
    ],
  ])('is reported as well by restrictSelf: %s', async (_name, seccomp, expected) => {
    const script = `
      import { restrictSelf } from ${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)};
      console.log(JSON.stringify(restrictSelf(JSON.parse(process.argv[1]))));`;
    const options = JSON.stringify({ seccomp, landlock: { net: { connectTcp: [443] } } });
    const node = nodeReleases()[0]?.file ?? process.execPath;
    const { stdout, stderr } = await runProgram(node, ['--input-type=module', '-e', script, options]);
    expect(stderr).toBe('');
    const report = JSON.parse(stdout) as Parameters<typeof states>[0];
    expect(states(report)).toMatchObject({ 'landlock.net.connect_tcp': 'enforced', 'seccomp.filter': 'enforced' });
    const found = ['net.connect_tcp', 'fs.write_file'].map(
      (name) => report?.features.find(({ layer, feature }) => layer === 'landlock' && feature === name)?.reason,
    );
    for (const [index, wanted] of expected.entries()) {
      if (wanted === undefined) expect(found[index]).toBeUndefined();
      else expect(found[index]).toMatch(wanted);
    }
  });
});
