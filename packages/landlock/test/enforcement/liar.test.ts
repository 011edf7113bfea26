import { writeFileSync } from 'node:fs';

import { missing, runProgram } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type LandlockOptions, plan, policy, rx } from '../../src/index.js';
import { supportFrom } from '../../src/support.js';
import { compile, nobody } from './programs.js';

describe.skipIf(missing('linux', 'root', 'landlock7'))(
  'a thread that was not restricted though the call said so',
  () => {
    let built: Awaited<ReturnType<typeof compile>>;
    beforeAll(async () => {
      built = await compile('liar');
    });
    afterAll(() => built.folder[Symbol.dispose]());

    const run = async (options: Omit<LandlockOptions, 'abi'>, kind: 'honest' | 'liar') => {
      const record = built.folder.file('record');
      // As for ABI 7, so that every thread is restricted by a call of its own.
      writeFileSync(record, plan(policy({ abi: 7, ...options }), supportFrom(7, 0b111)).record, { mode: 0o644 });
      const { stdout, stderr } = await runProgram(built.program, [record, kind], nobody);
      expect(stderr).toBe('');
      return stdout;
    };

    it.each<[string, Omit<LandlockOptions, 'abi'>]>([
      ['files', { paths: [rx('/usr')] }],
      ['writing only', { paths: [rx('/')] }],
      ['ports', { net: { connectTcp: [443] } }],
      ['binding', { net: { bindTcp: [80] } }],
      ['abstract sockets', { scope: ['abstract_unix_socket'] }],
    ])('is found out by what it can still do (%s)', async (_name, options) => {
      expect(await run(options, 'honest')).toBe('done 7\n');
      expect(await run(options, 'liar')).toBe('threads EPERM\n');
    });
  },
);
