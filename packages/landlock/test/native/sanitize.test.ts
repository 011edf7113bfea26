import { missing, runProgram } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { compile, nobody } from '../enforcement/programs.js';

describe.skipIf(missing('linux', 'root', 'landlock6'))('the C core under AddressSanitizer and UBSan', () => {
  const seed = String(Math.floor(Math.random() * 2 ** 31) + 1);
  let built: Awaited<ReturnType<typeof compile>>;

  beforeAll(async () => {
    built = await compile('sanitize');
  });
  afterAll(() => built.folder[Symbol.dispose]());

  it(`takes malformed records, leaks no descriptor and names every step (seed ${seed})`, async () => {
    const { stdout, stderr, status } = await runProgram(built.program, ['40000', seed], nobody);
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    const counts = [...stdout.matchAll(/([a-z_]+) (\d+)/g)].map(
      ([, name = '', count]) => [name, Number(count)] as const,
    );
    expect(counts.map(([name]) => name)).toEqual([
      'accepted',
      'record',
      'landlock_create_ruleset',
      'open',
      'file',
      'type',
      'landlock_add_rule',
      'skipped',
    ]);
    // Every way out was taken, and taken often.
    for (const [name, count] of counts) expect([name, count > 20]).toEqual([name, true]);
  });
});
