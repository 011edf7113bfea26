import { compileFixture, missing, probePath, runProgram, type Attempt, parseProbe, probeArguments } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type LandlockErrorCode, path, policy, rw, support } from '../../src/index.js';
import { makePretence, type Pretence } from './pretence.js';
import { nobody } from './programs.js';
import { makeOutside, makeTree, operations, type Outside, underParent } from './world.js';

const runAs = new URL('fixtures/run-as.ts', import.meta.url);
const options = { abi: 7, paths: [], net: { connectTcp: [] }, scope: ['signal'] } as const;

describe.skipIf(missing('linux', 'root', 'landlock6'))('a kernel that lacks something', () => {
  const real = support().abi;
  let kernel: Pretence;
  let outside: Outside;

  beforeAll(async () => {
    kernel = await makePretence();
    outside = await makeOutside();
  });
  afterAll(() => {
    kernel[Symbol.dispose]();
    outside[Symbol.dispose]();
  });

  interface Lack {
    readonly errno: number;
    readonly state: string;
    readonly code: LandlockErrorCode;
    readonly hint: RegExp;
  }

  it.each<[string, Lack]>([
    [
      'without Landlock (ENOSYS)',
      { errno: 38, state: 'not-built', code: 'unsupported-kernel', hint: /CONFIG_SECURITY_LANDLOCK/ },
    ],
    [
      'that left it off (EOPNOTSUPP)',
      { errno: 95, state: 'disabled-at-boot', code: 'disabled-at-boot', hint: /lsm= boot parameter/ },
    ],
    ['behind a filter (EPERM)', { errno: 1, state: 'blocked', code: 'not-permitted', hint: /system-call filter/ }],
  ])('%s is refused under require and told under prefer', async (_name, { errno, state, code, hint }) => {
    const required = await kernel.attempt(['errno', String(errno)], [policy(options)]);
    expect(required.support).toMatchObject({ state, abi: 0, errata: [] });
    expect(required.outcomes).toMatchObject([{ code, layer: 'landlock', step: 'plan' }]);
    expect(required.outcomes[0]?.message).toMatch(hint);
    // A plan for what this kernel says refuses the same, before anything is done.
    expect(required.plans).toMatchObject([{ code, layer: 'landlock', step: 'plan' }]);
    const preferred = await kernel.attempt(['errno', String(errno)], [policy({ ...options, require: [] })]);
    expect(preferred.outcomes).toMatchObject([{ status: 'none', threads: 0, proofs: [] }]);
    for (const { state: line, reason } of preferred.outcomes[0]?.features ?? []) {
      expect({ line, reason }).toEqual({ line: 'unsupported', reason: expect.stringContaining('E') });
    }
    expect(preferred.plans).toEqual([{ features: preferred.outcomes[0]?.features }]);
    // Nothing claimed, nothing in force.
    expect([required.read, preferred.read]).toEqual(['OK', 'OK']);
  });

  it('is the only reason why the secret can be read', async () => {
    const { outcomes, read } = await kernel.attempt(['abi', '7'], [policy(options)]);
    expect(outcomes).toMatchObject([{ status: 'full' }]);
    expect(read).toBe('EACCES');
  });

  it('says ABI 3: requiring a port rule is refused, and names both ABIs', async () => {
    const {
      support: seen,
      outcomes,
      read,
    } = await kernel.attempt(['abi', '3'], [policy({ ...options, require: ['net'] })]);
    expect(seen).toEqual({ state: 'available', abi: 3, errata: [] });
    expect(outcomes[0]?.message).toContain('net.connect_tcp (needs ABI 4, kernel has 3)');
    expect(read).toBe('OK');
  });

  it.each([
    { claimed: 8, asks: policy(options), step: 'restrict' },
    { claimed: 9, asks: policy({ abi: 9, paths: [] }), step: 'landlock_create_ruleset' },
  ])('claims ABI $claimed: a kernel without it refuses, and nothing is restricted', async ({ claimed, asks, step }) => {
    const { outcomes, read } = await kernel.attempt(['abi', String(claimed)], [asks]);
    const refused = {
      code: 'unsupported-kernel',
      step,
      errno: 'EINVAL',
      message: expect.stringMatching(/Nothing was restricted\.$/),
    };
    const has = real >= claimed;
    expect(outcomes).toMatchObject([has ? { status: 'full' } : refused]);
    expect(read).toBe(has ? 'EACCES' : 'OK');
  });

  /** What an ABI 7 policy loses on each older kernel; everything else holds. */
  const losses: Readonly<Record<string, readonly string[]>> = {
    '7': [],
    '6': [],
    '5': ['signal the parent', 'abstract socket outside'],
    '4': ['signal the parent', 'abstract socket outside', 'ioctl on a device'],
    '3': [
      'signal the parent',
      'abstract socket outside',
      'ioctl on a device',
      'connect, other port',
      'bind, other port',
    ],
  };
  const guarded = [
    'open for writing',
    'rename across',
    'signal the parent',
    'abstract socket outside',
    'ioctl on a device',
    'connect, other port',
    'bind, other port',
  ];

  it.each(Object.entries(losses))('of ABI %s enforces what it has, and loses exactly the rest', async (abi, lost) => {
    using tree = makeTree();
    const asked = operations(tree.path, outside);
    const attempts = guarded.map((name): Attempt => asked[name] ?? ['missing']);
    const tools = [path(probePath(), ['execute', 'read_file']), path('/dev/ptmx', ['read_file', 'write_file'])];
    const asks = policy({
      abi: 7,
      paths: [...tools, rw(`${tree.path}/b`)],
      net: { connectTcp: [outside.open], bindTcp: [] },
      scope: ['signal', 'abstract_unix_socket'],
      require: ['fs.write_file'],
    });
    const run = [process.execPath, compileFixture(runAs), JSON.stringify(asks), probePath()];
    const command = underParent(kernel.program, ['abi', abi, ...run, ...probeArguments(attempts)]);
    const { stdout, stderr } = await runProgram(...command, nobody);
    expect(stderr).toBe('');
    const results = parseProbe(stdout, attempts.length);
    const open = guarded.filter((_name, index) => results[index]?.outcome === 'OK');
    expect(open.toSorted()).toEqual([...lost].sort());
  });
});
