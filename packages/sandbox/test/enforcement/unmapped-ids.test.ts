/* Root of outside reads as nobody in a user namespace without a map (user_namespaces(7)). */
import { encodeRecord, encodeU32 } from '@sb/core';
import { missing, runProgram } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { processOf, runUnder } from '../launcher.js';
import { saysYesTo } from '../liar.js';
import { sbRunPath } from '../sb-run.js';

const shadow = ['head', '-c', '5', '/etc/shadow'] as const;

/** Runs sb-run in a user namespace of its own. */
async function sbRunIn(map: readonly string[], options: readonly string[], program: readonly string[]) {
  const wrapper = ['--clear-groups', 'unshare', '--user', ...map, process.execPath, sbRunPath()];
  const { status, stdout, stderr } = await runProgram('setpriv', [...wrapper, ...options, '--', ...program]);
  return { status, stdout, stderr };
}

const user = ['--user', 'nobody'] as const;

describe.skipIf(missing('linux', 'root', 'landlock7', 'unshare', 'userNamespaces'))('root without a number', () => {
  it('control: reads the file where no user is asked for', async () => {
    expect(await sbRunIn([], ['--off', 'caps'], shadow)).toMatchObject({ status: 0, stdout: 'root:' });
  });

  it.each([['--require'], ['--prefer']])('is-not-taken-for-nobody under %s privdrop', async (level) => {
    const { status, stdout, stderr } = await sbRunIn([], [...user, level, 'privdrop'], shadow);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/uid (?:65534|that) does not exist in this user namespace/);
    expect(stderr).toContain('/proc/self/uid_map');
    expect(status).toBe(125);
  });

  it('twin: nobody with a number is nobody, and runs', async () => {
    const mapped = ['--map-user=65534', '--map-group=65534'];
    const { status, stdout, stderr } = await sbRunIn(mapped, [...user, '--off', 'caps'], ['id', '-u']);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '65534\n', stderr: '' });
  });

  it('is-not-taken-for-nobody by the launcher, under every plan', async () => {
    const VERIFY_ONLY = 1;
    const payload = encodeU32([65_534, 65_534, 0]);
    const verifying = encodeRecord({ layer: 'privdrop', version: 1, flags: VERIFY_ONLY, payload });
    const records = [processOf(['/bin/true'], { parent: 0 }), verifying];
    const unshare = ['/usr/bin/setpriv', '--clear-groups', '/usr/bin/unshare', '--user'];
    const under = async (map: readonly string[]) =>
      (await runUnder(saysYesTo('personality'), records, [...unshare, ...map])).status;
    expect(await under([])).toMatchObject({ kind: 'failed', layer: 'privdrop', step: 'setresgid', errno: 22 });
    expect(await under(['--map-user=65534', '--map-group=65534'])).toMatchObject({ kind: 'executed' });
  });
});
