import { describe, expect, it } from 'vitest';

import { resultsByLayer } from './results.mjs';

const suites = { landlock: ['packages/landlock/test/a.test.ts'], caps: ['packages/caps/test/b.test.ts'] };

const file = (name: string, ...statuses: readonly string[]) => ({
  name: `/somewhere/${name}`,
  status: statuses.includes('failed') ? 'failed' : 'passed',
  message: '',
  assertionResults: statuses.map((status) => ({ status, fullName: 'a test', failureMessages: ['why'] })),
});

const report = (...testResults: readonly object[]) => JSON.stringify({ testResults });
const caps = file('packages/caps/test/b.test.ts', 'passed');

describe('what a guest’s report says of a layer', () => {
  it('is enforced where every test passed', () => {
    const text = report(file('packages/landlock/test/a.test.ts', 'passed', 'passed'), caps);
    expect(resultsByLayer(text, suites, 11)).toMatchObject({
      landlock: { state: 'enforced', passed: 2, absent: 0, problems: [] },
      caps: { state: 'enforced', passed: 1 },
    });
  });

  it('counts what the kernel is expected to lack', () => {
    const text = report(file('packages/landlock/test/a.test.ts', 'passed', 'skipped'), caps);
    expect(resultsByLayer(text, suites, 2)['landlock']).toMatchObject({ state: 'partly', passed: 1, absent: 1 });
  });

  it.each(['not-built', 'disabled-at-boot'] as const)(
    'is missing where Landlock is %s, for that layer only',
    (state) => {
      const text = report(file('packages/landlock/test/a.test.ts', 'passed', 'skipped'), caps);
      expect(resultsByLayer(text, suites, state)).toMatchObject({
        landlock: { state: 'missing' },
        caps: { state: 'enforced' },
      });
    },
  );

  it.each([
    ['no report', undefined],
    ['a report without the file', report(caps)],
    ['a file without tests', report({ ...file('packages/landlock/test/a.test.ts'), message: 'no import' }, caps)],
    ['a test that failed', report(file('packages/landlock/test/a.test.ts', 'passed', 'failed'), caps)],
    ['nothing but skipped tests', report(file('packages/landlock/test/a.test.ts', 'skipped'), caps)],
    [
      'a file that failed as a whole',
      report({ ...file('packages/landlock/test/a.test.ts', 'passed'), status: 'failed', message: 'afterAll' }, caps),
    ],
  ])('fails for %s, also on a kernel without Landlock', (_name, text) => {
    for (const landlock of [11, 'not-built'] as const) {
      const result = resultsByLayer(text, suites, landlock)['landlock'];
      expect(result?.state).toBe('failed');
      expect(result?.problems.length).toBeGreaterThan(0);
    }
  });
});
