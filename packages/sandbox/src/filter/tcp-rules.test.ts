import { policy } from '@sb/landlock';
import { policy as seccompPolicy, type SeccompOptions, simulate, compile } from '@sb/seccomp';
import { describe, expect, it } from 'vitest';

import { withTcpRules } from './tcp-rules.js';

const net = (connectTcp?: readonly number[], bindTcp?: readonly number[]) =>
  policy({ abi: 7, paths: [], net: { ...(connectTcp ? { connectTcp } : {}), ...(bindTcp ? { bindTcp } : {}) } });

/** What becomes of a call under the filter that comes out. */
function verdict(options: SeccompOptions, ruleset: ReturnType<typeof net> | undefined, call: Call): string {
  const filter = compile(seccompPolicy(withTcpRules(options, ruleset)));
  const { action } = simulate(filter, { syscall: call[0], args: call.slice(1) as number[], arch: 'x86_64' });
  return action.action === 'errno' ? String(action.errno) : action.action;
}

type Call = readonly [syscall: string, ...args: readonly number[]];

const mptcp: Call = ['socket', 2, 1, 262];
const sctp: Call = ['socket', 10, 1, 132];
const seqpacket: Call = ['socket', 2, 5, 0];
const tcp: Call = ['socket', 2, 1 | 0o2000000, 6];
const udp: Call = ['socket', 10, 2, 17];
const fastOpen: Call = ['sendto', 3, 0, 0, 0x2000_0000, 0, 0];
const send: Call = ['sendto', 3, 0, 0, 0x4000, 0, 0];
const listen: Call = ['listen', 3, 1];
const smc: Call = ['socket', 43, 1, 0];
const base = { base: 'deny-dangerous' } as const;

describe('withTcpRules', () => {
  it.each<[string, ReturnType<typeof net> | undefined, Call, string]>([
    ['MPTCP beside connect', net([443]), mptcp, 'EPROTONOSUPPORT'],
    ['MPTCP beside bind', net(undefined, []), mptcp, 'EPROTONOSUPPORT'],
    ['MPTCP where no port is restricted', net(undefined, undefined), mptcp, 'allow'],
    ['MPTCP without a ruleset', undefined, mptcp, 'allow'],
    ['SCTP', net([443]), sctp, 'EPROTONOSUPPORT'],
    ['another type', net([443]), seqpacket, 'ESOCKTNOSUPPORT'],
    ['TCP itself', net([443], []), tcp, 'allow'],
    ['UDP', net([443], []), udp, 'allow'],
    ['Fast Open beside connect', net([443]), fastOpen, 'EOPNOTSUPP'],
    ['Fast Open beside bind only', net(undefined, []), fastOpen, 'allow'],
    ['sending', net([443]), send, 'allow'],
    ['listening where no port may be bound', net(undefined, []), listen, 'EPERM'],
    ['listening where one may', net(undefined, [80]), listen, 'allow'],
    ['listening beside connect only', net([443]), listen, 'allow'],
  ])('%s', (_, ruleset, call, expected) => {
    expect(verdict(base, ruleset, call)).toBe(expected);
  });

  it('leaves a call alone that the caller allows by name', () => {
    expect(verdict({ ...base, allow: ['socket'] }, net([443]), mptcp)).toBe('allow');
    expect(verdict({ ...base, allow: ['socket'] }, net([443]), fastOpen)).toBe('EOPNOTSUPP');
  });

  it.each<[string, SeccompOptions, Call, string]>([
    ['MPTCP from deny-all with a group', { base: 'deny-all', allow: ['@system-service'] }, mptcp, 'EPROTONOSUPPORT'],
    ['Fast Open from it', { base: 'deny-all', allow: ['@system-service'] }, fastOpen, 'EOPNOTSUPP'],
    ['listening from it', { base: 'deny-all', allow: ['@system-service'] }, listen, 'EPERM'],
    ['TCP from it', { base: 'deny-all', allow: ['@system-service'] }, tcp, 'allow'],
    ['sending from it', { base: 'deny-all', allow: ['@system-service'] }, send, 'allow'],
    // What is denied anyway stays denied the same way.
    ['any socket from deny-all alone', { base: 'deny-all' }, tcp, 'EPERM'],
    ['MPTCP from deny-all alone', { base: 'deny-all', denied: 'kill-process' }, mptcp, 'kill-process'],
    [
      'Fast Open, denied',
      { base: 'deny-dangerous', deny: ['sendto'], denied: 'kill-process' },
      fastOpen,
      'kill-process',
    ],
    ['listening that a group allows a client', { base: 'network-client', allow: ['@network-io'] }, listen, 'EPERM'],
    ['MPTCP of such a client', { base: 'network-client', allow: ['@network-io'] }, mptcp, 'EPROTONOSUPPORT'],
    ['SMC from allow-all', { base: 'allow-all' }, smc, 'EAFNOSUPPORT'],
    ['SMC where families are open', { base: 'network-client', sockets: 'any' }, smc, 'EAFNOSUPPORT'],
    ['SMC where it is listed', { base: 'deny-dangerous', sockets: ['AF_INET', 'AF_SMC'] }, smc, 'EAFNOSUPPORT'],
  ])('%s', (_, options, call, expected) => {
    expect(verdict(options, net([443], []), call)).toBe(expected);
  });

  it('leaves SMC alone where no port is restricted', () => {
    expect(verdict({ base: 'allow-all' }, undefined, smc)).toBe('allow');
  });

  it('comes after the rules of the caller', () => {
    const own = { syscall: 'socket', when: [], action: { action: 'errno', errno: 'EXFULL' } } as const;
    expect(verdict({ ...base, rules: [own] }, net([443]), mptcp)).toBe('EXFULL');
  });
});
