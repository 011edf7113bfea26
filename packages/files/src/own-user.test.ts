/* Root of a user namespace: of one that is somebody ordinary outside, and of one that is root there as well. */
import { bundleFixture, missing, runProgram } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

const fixture = bundleFixture(new URL('../test/fixtures/is-root.ts', import.meta.url));

const ordinary = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];

async function ask(...prefix: readonly string[]): Promise<string> {
  return (await runProgram('env', [...prefix, process.execPath, fixture])).stdout;
}

describe.skipIf(missing('root', 'linux', 'unshare', 'userNamespaces'))('a process', () => {
  it('is root: the control', async () => {
    expect(await ask()).toBe('true');
  });

  it('is root no more once it has changed its user', async () => {
    expect((await runProgram(process.execPath, [fixture, '65534'])).stdout).toBe('true false true');
  });

  it('is root if it is root outside a namespace without other users', async () => {
    expect(await ask('unshare', '--user', '--map-root-user')).toBe('true');
  });

  it('is root if it is root outside several namespaces, and another user in between', async () => {
    const nested = ['unshare', '-U', '--map-user=1000', '--map-group=1000', 'unshare', '-U', '--map-root-user'];
    expect(await ask(...nested)).toBe('true');
    expect(await ask(...ordinary, ...nested)).toBe('false');
  });

  it('is root if it is root of a container, which is an ordinary user of the machine', async () => {
    const maps = ['--map-users=100000,0,65536', '--map-groups=100000,0,65536', '--setuid=0', '--setgid=0'];
    expect(await ask('unshare', '-U', ...maps, 'unshare', '-U', '--map-root-user')).toBe('true');
  });

  it('is ordinary if it is an ordinary user outside', async () => {
    expect(await ask(...ordinary, 'unshare', '--user', '--map-root-user')).toBe('false');
    expect(await ask(...ordinary)).toBe('false');
  });
});
