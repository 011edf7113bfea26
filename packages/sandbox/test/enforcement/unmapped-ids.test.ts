/* Root of outside reads as nobody in a user namespace without a map (user_namespaces(7)). */
import { missing, runProgram } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

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
});
