import { compileFixture, missing, runProgram } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { type LandlockPolicy, policy, rx } from '../../src/index.js';
import { nobody } from './programs.js';
import { underParent } from './world.js';

interface Outcome {
  readonly before: string;
  readonly inMain: string;
  readonly inWorker: string;
  readonly ofChild: string;
  readonly proofs: readonly string[];
}

const fixture = new URL('fixtures/parent.ts', import.meta.url);
const proof = 'kill(parent, signal): EPERM';

/* The parent is of the same user here: permissions alone let it be signalled. */
describe.skipIf(missing('linux', 'root', 'landlock7'))('a restricted process, about its own parent', () => {
  const run = async (rules: LandlockPolicy): Promise<Outcome> => {
    const command = underParent(process.execPath, [compileFixture(fixture), JSON.stringify(rules)]);
    const { stdout, stderr, status } = await runProgram(...command, nobody);
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    return JSON.parse(stdout) as Outcome;
  };

  it('can not signal it from any thread under a signal scope, and proves that', async () => {
    const { proofs, ...answers } = await run(policy({ abi: 7, scope: ['signal'] }));
    expect(answers).toEqual({ before: 'OK', inMain: 'EPERM', inWorker: 'EPERM', ofChild: 'OK' });
    expect(proofs).toEqual([proof]);
  });

  it('signals it under every other restriction', async () => {
    const rules = policy({ abi: 7, paths: [rx('/')], net: { connectTcp: [] }, scope: ['abstract_unix_socket'] });
    const { proofs, ...answers } = await run(rules);
    expect(answers).toEqual({ before: 'OK', inMain: 'OK', inWorker: 'OK', ofChild: 'OK' });
    expect(proofs.length).toBeGreaterThan(0);
    expect(proofs).not.toContain(proof);
  });
});
