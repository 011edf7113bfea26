import { writeFileSync } from 'node:fs';

import { missing, runProgram } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type LandlockOptions, path, plan, policy, rx } from '../../src/index.js';
import { supportFrom } from '../../src/support.js';
import { compile, nobody } from './programs.js';
import { underParent } from './world.js';

describe.skipIf(missing('linux', 'root', 'landlock6'))(
  'a thread that was not restricted though the call said so',
  () => {
    let built: Awaited<ReturnType<typeof compile>>;
    beforeAll(async () => {
      built = await compile('liar');
    });
    afterAll(() => built.folder[Symbol.dispose]());

    const run = async (options: Omit<LandlockOptions, 'abi'>, kind: 'honest' | 'liar' | 'liar-to-all' | 'starved') => {
      const record = built.folder.file('record');
      // As for ABI 7, so that every thread is restricted by a call of its own.
      writeFileSync(record, plan(policy({ abi: 7, ...options }), supportFrom(7, 0b111)).record, { mode: 0o644 });
      const { stdout, stderr } = await runProgram(...underParent(built.program, [record, kind]), nobody);
      expect(stderr).toBe('');
      return stdout;
    };

    it.each<[string, Omit<LandlockOptions, 'abi'>]>([
      ['files', { paths: [rx('/usr')] }],
      ['writing only', { paths: [rx('/')] }],
      ['ports', { net: { connectTcp: [443] } }],
      ['binding', { net: { bindTcp: [80] } }],
      ['abstract sockets', { scope: ['abstract_unix_socket'] }],
      ['signals', { scope: ['signal'] }],
    ])('is found out by what it can still do (%s)', async (_name, options) => {
      expect(await run(options, 'honest')).toBe('done 7\n');
      expect(await run(options, 'liar')).toBe('threads EPERM\n');
      // No thread is denied anything then, so there is nothing to compare threads by.
      expect(await run(options, 'liar-to-all')).toBe('rehearse EPERM\n');
    });

    it('is harmless where every attempt is allowed by a rule or can not be tried', async () => {
      const allowed = [path('/', ['read_file'])];
      expect(await run({ handle: ['read_file'], paths: allowed }, 'honest')).toBe('done 7\n');
      expect(await run({ handle: ['make_dir'], paths: [] }, 'honest')).toBe('done 7\n');
    });

    it('is not looked for without the descriptors to look with', async () => {
      expect(await run({ paths: [rx('/usr')] }, 'starved')).toBe('rehearse EMFILE\n');
    });
  },
);
