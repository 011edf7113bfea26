/* What the kernel is asked and what its answers mean; the kernel of this machine is asked in test/enforcement. */
import { afterEach, describe, expect, it, vi } from 'vitest';

import { support } from './support.js';

const native = vi.hoisted(() => ({
  hasAction: vi.fn<(action: number) => number>(() => 1),
  hasFlag: vi.fn<(flag: number) => number>(() => 1),
  hasNoNewPrivs: () => false,
}));
vi.mock('./native.js', () => ({ native: () => native }));

describe('support', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    native.hasAction.mockReset().mockReturnValue(1);
    native.hasFlag.mockReset().mockReturnValue(1);
  });

  const on = (platform: string, arch: string) => vi.stubGlobal('process', { ...process, platform, arch });

  it.each([
    ['darwin', 'arm64', 'darwin'],
    ['linux', 's390x', 's390x'],
  ])('says that %s on %s is not supported, without asking', (platform, arch, named) => {
    on(platform, arch);
    expect(support()).toEqual({ state: 'unsupported-platform', reason: expect.stringContaining(named) });
    expect(native.hasAction).not.toHaveBeenCalled();
  });

  it.each([
    [-38, 'CONFIG_SECCOMP_FILTER'],
    [-1, 'EPERM'],
  ])('explains an answer of %i to its questions', (answer, named) => {
    on('linux', 'x64');
    native.hasAction.mockReturnValue(answer);
    expect(support()).toEqual({ state: 'unsupported-kernel', reason: expect.stringContaining(named) });
  });

  it('names the actions and flags that the kernel has, and no others', () => {
    on('linux', 'x64');
    // Linux 4.14: no user-notify (5.0), no flag but tsync and log.
    native.hasAction.mockImplementation((action) => (action === 0x7fc0_0000 ? 0 : 1));
    native.hasFlag.mockImplementation((flag) => (flag === 1 || flag === 2 ? 1 : 0));
    expect(support()).toMatchObject({
      state: 'available',
      machine: 'x86_64',
      actions: ['kill-process', 'kill-thread', 'trap', 'errno', 'trace', 'log', 'allow'],
      flags: ['tsync', 'log'],
    });
  });
});
