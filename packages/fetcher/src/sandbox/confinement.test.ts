import { readFileSync } from 'node:fs';

import { definePolicy } from '@sb/sandbox';
import { describe, expect, it } from 'vitest';

import type { Ports } from '../values/port.js';
import { confinement, portsOf } from './confinement.js';

const file = {
  opened: {},
  mayLack: [],
  isAlone: false,
  spent: 0,
  maxBytes: 10,
  size: null,
  isSummed: false,
  resume: null,
  modifiedSince: null,
};
const fileOf = (...sources: readonly string[]) => ({ ...file, sources, signature: null });

describe('portsOf', () => {
  it.each<readonly [sources: readonly string[], redirectPorts: Ports | undefined, ports: Ports]>([
    [['http://a/x'], undefined, [80, 443]],
    [['http://a/x'], [], [80]],
    [['http://a/x'], [8443], [80, 8443]],
    [['https://a/x'], undefined, [443]],
    [['http://a:8080/x'], undefined, [8080]],
    [['http://a:8080/x', 'https://b:8443/x'], [80], [80, 8080, 8443]],
    [['file:///x'], undefined, []],
    [['http://a/x'], 'any', 'any'],
  ])('of %j with %j are %j', (sources, redirectPorts, ports) =>
    expect(portsOf([fileOf(...sources)], redirectPorts)).toEqual(ports),
  );
});

describe('confinement', () => {
  it('permits no write to files, and only the given ports', () => {
    const options = confinement({}, [80]);
    expect(options.rlimits).toEqual({ core: 0, fsize: 0 });
    expect(options.landlock).toMatchObject({ net: { connectTcp: [80] } });
  });

  it('has a private group if it switches to a user', () => {
    expect(confinement({ user: 'games' }, []).privateGroup).toBe('prefer');
    expect(confinement({ user: 'games', privateGroup: 'require' }, []).privateGroup).toBe('require');
    expect(confinement({}, [])).not.toHaveProperty('privateGroup');
  });

  it('permits the worker to execute nothing, unless the filter is off', () => {
    expect(confinement({}, [])).toMatchObject({ seccomp: { base: 'network-client' }, execOnce: true });
    expect(confinement({ seccomp: 'allow-all' }, []).execOnce).toBe(true);
    for (const base of [{ seccomp: 'off' }, { off: ['seccomp'] }] as const) {
      expect(confinement(base, []).execOnce).toBe(false);
    }
  });

  const noUnixSockets = { syscall: 'socket', action: { action: 'errno', errno: 'EAFNOSUPPORT' } };
  const noHeldPipes = ['splice', 'tee', 'vmsplice', 'sendfile'].map((syscall) => {
    return { syscall, action: { action: 'errno', errno: 'EPERM' } };
  });
  const rules = [noUnixSockets, ...noHeldPipes];
  const own = { syscall: 'uname', action: 'allow' } as const;

  it('denies unix sockets and holding a pipe, with any other choice of system calls', () => {
    expect(confinement({}, []).seccomp).toMatchObject({ rules });
    expect(confinement({ seccomp: 'allow-all' }, []).seccomp).toMatchObject({ base: 'allow-all', rules });
    const given = confinement({ seccomp: { base: 'deny-dangerous', rules: [own] } }, []).seccomp;
    expect(given).toMatchObject({ base: 'deny-dangerous', rules: [...rules, own] });
  });
});

it.each([{}, { seccomp: { base: 'network-client', deny: ['execve'], allow: [] } }] as const)(
  'with the options %j has the filter that @sb/sandbox has made beforehand',
  (base) => {
    const prepared = new URL('../../../sandbox/src/filter/usual-worker.json', import.meta.url);
    const { options } = JSON.parse(readFileSync(prepared, 'utf8')) as { readonly options: string };
    const {
      rules: [key, ...others],
      ...usual
    } = JSON.parse(options) as Record<'rules', readonly object[]>;
    const { seccomp } = definePolicy(confinement(base, [80]));
    if (typeof seccomp !== 'object') throw new Error('the filter is missing');
    const { rules, deny = [], allow = [], ...rest } = seccomp;
    expect(key).toMatchObject({ syscall: 'execveat' });
    expect(rules).toEqual(others);
    // The sandbox denies more, for one exec and without a path to write to.
    expect(usual).toEqual({ ...rest, allow, deny: expect.arrayContaining([...deny, 'execveat']) });
  },
);
