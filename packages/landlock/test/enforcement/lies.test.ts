import { missing } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { list, policy, ro, rx } from '../../src/index.js';
import { makePretence, type Pretence } from './pretence.js';

const rules = policy({ abi: 7, paths: [ro('/etc/hosts')], net: { connectTcp: [] } });
const closed = policy({ abi: 7, paths: [] });

/*
 * Kernels, or filters before them, that answer success and do nothing, or less than they were asked. Whatever they say,
 * no report may call enforced what isn't: each of these ends in an error and not in a report.
 */
describe.skipIf(missing('linux', 'root', 'landlock7'))('a kernel that lies', () => {
  let kernel: Pretence;
  beforeAll(async () => {
    kernel = await makePretence();
  });
  afterAll(() => kernel[Symbol.dispose]());

  it('is believed where it does what it says', async () => {
    const { outcomes, read, others } = await kernel.attempt(['abi', '7'], [rules], ['/etc/hosts']);
    expect(outcomes).toMatchObject([{ status: 'full' }]);
    expect([read, others]).toEqual(['EACCES', ['OK']]);
  });

  it.each<[string, readonly string[]]>([
    ['restricts no thread', ['skip', '446']],
    ['forbids less than it was asked', ['lie', 'ruleset']],
  ])('and %s is found out before anything is in force', async (_name, lie) => {
    const { outcomes, read } = await kernel.attempt(lie, [closed]);
    expect(outcomes).toMatchObject([
      { code: 'verification-failed', step: 'rehearse', message: expect.stringMatching(/Nothing was restricted\.$/) },
    ]);
    expect(read).toBe('OK');
  });

  it.each<[string, readonly string[], object]>([
    ['leaves out the thread that calls', ['lie', 'caller'], { code: 'threads-unreachable', step: 'threads' }],
    ['leaves out every thread after the first', ['lie', 'later'], { code: 'threads-unreachable', step: 'threads' }],
    ['claims to restrict all threads at once', ['lie', 'tsync'], { code: 'verification-failed', step: 'verify' }],
  ])('and %s is found out, and the process told to end', async (_name, lie, error) => {
    const { outcomes, read } = await kernel.attempt(lie, [rules]);
    expect(outcomes).toMatchObject([
      { ...error, errno: 'EPERM', message: expect.stringContaining('End this process') },
    ]);
    // What was said to be restricted is not: the error is all that stands between this and a false report.
    expect(read).toBe('OK');
  });

  it('and adds no rule leaves less allowed, and nothing that is claimed', async () => {
    const granted = policy({ abi: 7, paths: [rx('/usr'), ro('/etc/hosts'), list('/proc')] });
    const { outcomes, read, others } = await kernel.attempt(['skip', '445'], [granted], ['/etc/hosts']);
    expect(outcomes).toMatchObject([{ status: 'full' }]);
    expect([read, others]).toEqual(['EACCES', ['EACCES']]);
  });

  it('and says a lower ABI than it has loses what that lacks, and claims none of it', async () => {
    const asks = policy({ abi: 7, paths: [], net: { connectTcp: [] }, require: [] });
    const { outcomes, read } = await kernel.attempt(['abi', '3'], [asks]);
    expect(outcomes).toMatchObject([{ status: 'partial', proofs: expect.arrayContaining([expect.any(String)]) }]);
    const states = new Map(outcomes[0]?.features.map(({ feature, state }) => [feature, state]));
    expect(states.get('fs.read_file')).toBe('enforced');
    expect([states.get('fs.ioctl_dev'), states.get('net.connect_tcp')]).toEqual(['unsupported', 'unsupported']);
    expect(outcomes[0]?.proofs.filter((proof) => /ioctl|connect/.test(proof))).toEqual([]);
    expect(read).toBe('EACCES');
  });
});
