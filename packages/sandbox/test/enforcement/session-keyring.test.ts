/* The keys of who starts a sandbox, for a child of another user that may use keys. */
import { compileC, compileFixture, missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { processOf, runUnder } from '../launcher.js';
import { saysYesTo } from '../liar.js';
import { type Started, states } from '../start.js';

const folder = temporaryFolder(0o755);
const keys = folder.file('keys');
const start = compileFixture(new URL('fixtures/start.ts', import.meta.url));
const [found, none, ENOKEY] = ['0 0 0\n', '126 0 0\n', 126];

beforeAll(async () => {
  await compileC(keys, { from: import.meta.url, sources: ['fixtures/keys.c'] });
});
afterAll(() => folder[Symbol.dispose]());

/** What a program sees that is started by a process with a key in its session keyring. */
async function inside(user?: string): Promise<Started> {
  const seccomp = { base: 'deny-dangerous', allow: ['keyctl', 'add_key'] };
  const policy = { landlock: 'off', seccomp, ...(user === undefined ? {} : { user }) };
  const request = JSON.stringify({ policy, program: keys, args: ['look'] });
  const { stdout } = await runProgram(keys, ['hold', process.execPath, start, request]);
  return JSON.parse(stdout) as Started;
}

describe.skipIf(missing('linux', 'root'))('a key in the session keyring of root', () => {
  it('belongs to every child, under every user: the control', async () => {
    const switched = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', keys, 'look'];
    for (const command of [[keys, 'look'], switched])
      expect(await runProgram(keys, ['hold', ...command])).toMatchObject({ stdout: found, stderr: '' });
  });

  it('does-not-belong-to-another-user-in-a-sandbox, which has separate keys', async () => {
    const { stdout, report } = await inside('nobody');
    expect([stdout, Number(none.split(' ')[0])]).toEqual([none, ENOKEY]);
    expect(states(report)).toMatchObject({ 'process.session_keyring': 'enforced' });
  });

  it('is-not-had-behind-a-launcher-that-joins-another', async () => {
    const exitOf = async (newKeyring: boolean) => {
      const target = processOf([keys, 'look'], { parent: 0, dieWithParent: false, newKeyring });
      return (await runUnder(saysYesTo('personality'), [target], [keys, 'hold'])).exit;
    };
    expect([await exitOf(false), await exitOf(true)]).toEqual([0, ENOKEY]);
  });

  it('twin: stays where the user does', async () => {
    const { stdout, report } = await inside();
    expect(stdout).toBe(found);
    expect(states(report)).toMatchObject({ 'process.session_keyring': 'off' });
  });

  it('is reported if an earlier filter denies keys', async () => {
    const target = processOf(['/bin/true'], { parent: 0, dieWithParent: false, newKeyring: true });
    const denied = saysYesTo('personality', [], [['keyctl', 'EPERM']]);
    expect((await runUnder(denied, [target])).status).toMatchObject({ kind: 'executed', unjoined: 1 });
    const missingCall = saysYesTo('personality', [], [['keyctl', 'ENOSYS']]);
    expect((await runUnder(missingCall, [target])).status).toMatchObject({ kind: 'executed', unjoined: 38 });
    expect((await runUnder(saysYesTo('personality'), [target])).status).toMatchObject({ unjoined: undefined });
  });
});
