import { readFileSync } from 'node:fs';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { LandlockErrorCode } from './errors.js';
import { path, ro, rw } from './paths.js';
import { plan } from './plan.js';
import { policy } from './policy.js';
import { type FsRight, namesOf } from './rights.js';
import { type LandlockSupport, supportFrom } from './support.js';

/** A policy that asks for everything that there is. */
const everything = policy({
  abi: 11,
  paths: [rw('/srv', { refer: true, quiet: true })],
  net: { connectTcp: [443], bindTcp: [], connectSendUdp: [53], bindUdp: [0] },
  scope: ['signal', 'abstract_unix_socket'],
  log: { sameExec: false, newExec: true, subdomains: false },
  require: [],
});
const abis = Array.from({ length: 12 }, (_, abi) => abi);
const kernel = (abi: number): LandlockSupport => supportFrom(abi === 0 ? -38 : abi, -22);
const available = (abi: number) => supportFrom(abi, 3);

/** The table of what each kernel makes of it. */
function table(): string {
  const plans = abis.map((abi) => plan(everything, kernel(abi)).features);
  const names = plans[0]?.map(({ feature }) => feature) ?? [];
  const cell = (abi: number, index: number) => {
    const { state, reason = '' } = plans[abi]?.[index] ?? {};
    if (state === 'enforced') return 'yes';
    // Only the kernel that the column stands for may be blamed.
    return reason.replace(` ABI`, '').replace(/, kernel has (\d+)/, (text, had) => (Number(had) === abi ? '' : text));
  };
  const rows = names.map((name, index) => [name].concat(abis.map((abi) => cell(abi, index))));
  const head = ['feature', ...abis.map((abi) => `ABI ${abi}`)];
  return [head, head.map(() => '---'), ...rows].map((cells) => cells.join(' | ')).join('\n');
}

/** The same without the padding that the formatter puts in. */
function committed(): string {
  const text = readFileSync(new URL('../docs/abi-table.md', import.meta.url), 'utf8');
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  const rows = lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  return rows.map((cells) => cells.map((cell) => cell.replace(/^-+$/, '---')).join(' | ')).join('\n');
}

describe('plan', () => {
  it('loses at each ABI exactly what the committed table says', () => {
    expect(table().split('\n').length).toBe(2 + 17 + 4 + 2 + 4);
    expect(table()).toBe(committed());
  });

  it('says what a feature needs and what the kernel has', () => {
    const line = plan(everything, available(3)).features.find(({ feature }) => feature === 'net.connect_tcp');
    expect(line).toMatchObject({ state: 'unsupported', reason: 'needs ABI 4, kernel has 3' });
  });

  it('keeps to the ABI of the policy on newer kernels', () => {
    const old = policy({ abi: 1, paths: [ro('/usr')] });
    const features = plan(old, available(11)).features.map(({ feature }) => feature);
    expect(features.length).toBe(13);
    expect(features).not.toContain('fs.truncate');
  });

  it('needs no_new_privs whenever there is something to apply', () => {
    expect(plan(everything, available(7)).needs).toEqual(['no_new_privs']);
    expect(plan(everything, kernel(0))).toMatchObject({ needs: [], record: new Uint8Array() });
    const net = policy({ abi: 4, net: { connectTcp: [] }, require: [] });
    expect(plan(net, available(3))).toMatchObject({ needs: [], record: new Uint8Array() });
  });

  it.each<[string, LandlockSupport, LandlockErrorCode, RegExp]>([
    ['too old', available(3), 'unsupported-kernel', /net.connect_tcp \(needs ABI 4, kernel has 3\)/],
    [
      'without Landlock',
      supportFrom(-38, -38),
      'unsupported-kernel',
      /ENOSYS.*: (?:net\.connect_tcp|\d+ of its features)\..*CONFIG_SECURITY_LANDLOCK/,
    ],
    ['with Landlock off', supportFrom(-95, -95), 'disabled-at-boot', /EOPNOTSUPP.*lsm= boot parameter/],
    ['behind a filter', supportFrom(-1, -1), 'not-permitted', /EPERM.*system-call filter/],
    [
      'that is not Linux',
      { state: 'unsupported-platform', abi: 0, errata: [], reason: 'Landlock exists on Linux only' },
      'unsupported-platform',
      /Linux only/,
    ],
  ])('refuses a required feature on a kernel %s', (...[, support, code, message]) => {
    const options = { abi: 7, paths: [], net: { connectTcp: [] } } as const;
    const error = expect.objectContaining({ code, step: 'plan', message: expect.stringMatching(message) });
    expect(() => plan(policy({ ...options, require: ['net'] }), support)).toThrow(error);
    expect(() => plan(policy(options), support)).toThrow(error);
    // What is preferred is reported instead, with the reason.
    const { features } = plan(policy({ ...options, require: [] }), support);
    const line = features.find(({ feature }) => feature === 'net.connect_tcp');
    expect(line).toMatchObject({ state: 'unsupported', reason: expect.stringMatching(/./) });
  });

  it('calls refer enforced on ABI 1 unless a rule grants it there', () => {
    const line = (rule: ReturnType<typeof rw>) =>
      plan(policy({ abi: 2, paths: [rule], require: [] }), available(1)).features.find(
        ({ feature }) => feature === 'fs.refer',
      );
    expect(line(rw('/x'))).toEqual({ layer: 'landlock', feature: 'fs.refer', state: 'enforced' });
    expect(line(rw('/x', { refer: true }))).toMatchObject({
      state: 'unsupported',
      reason: expect.stringContaining('always denies'),
    });
  });

  it('never calls refer enforced on ABI 1 where no other right for files is', () => {
    for (const options of [{}, { net: { connectTcp: [] } }]) {
      const alone = policy({ abi: 4, handle: ['refer', 'truncate'], require: [], ...options });
      expect(plan(alone, available(1)).features[0]).toMatchObject({ feature: 'fs.refer', state: 'unsupported' });
      expect(() => plan(policy({ abi: 2, handle: ['refer'] }), available(1))).toThrow(/fs.refer/);
    }
  });

  it.each([
    {},
    null,
    undefined,
    { state: 'available' },
    { state: 'available', abi: '9', errata: [] },
    { state: 'available', abi: Number.NaN, errata: [] },
    { state: 'available', abi: 0, errata: [] },
    { state: 'blocked', abi: 4, errata: [] },
    { state: 'toString', abi: 0, errata: [] },
  ])('calls nothing enforced where %j stands for the support', (support) => {
    expect(() => plan(everything, support as LandlockSupport)).toThrow(/not an answer of support\(\)/);
  });

  it('claims nothing without a record that does it, for any rights and kernel', () => {
    const names = namesOf('fs', 11) as FsRight[];
    const some = fc.record({
      handle: fc.subarray(names),
      net: fc.subarray(['connectTcp', 'bindTcp', 'bindUdp'] as const),
      scope: fc.subarray(['signal', 'abstract_unix_socket'] as const),
      newExec: fc.boolean(),
    });
    const claims = (one: Parameters<typeof plan>[0], abi: number) => {
      const { features, record } = plan(one, kernel(abi));
      return { claimed: features.some(({ state }) => state === 'enforced'), empty: record.length === 0 };
    };
    fc.assert(
      fc.property(some, fc.nat(12), ({ handle, net, scope, newExec }, abi) => {
        fc.pre(handle.length + net.length + scope.length > 0);
        const one = policy({
          abi: 11,
          ...(handle.length > 0 ? { handle } : {}),
          net: Object.fromEntries(net.map((name) => [name, []])),
          scope,
          log: { newExec },
          require: [],
        });
        const { claimed, empty } = claims(one, abi);
        expect(claimed && empty).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('never claims what a newer kernel would have to be asked for by number', () => {
    const unknown = policy({ abi: 12, paths: [path('/x', ['unsafe_unknown_bit_17'])], require: [] });
    const line = plan(unknown, available(11)).features.find(({ feature }) => feature.includes('unknown'));
    expect(line).toMatchObject({ state: 'unsupported', reason: 'needs ABI 12, kernel has 11' });
  });
});
