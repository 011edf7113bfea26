/* What fs.suid_dumpable has to say before a process counts as closed by the change of its user. */
import { beforeEach, describe, expect, it, vi } from 'vitest';

const readKernelFile = vi.hoisted(() => vi.fn<(path: string) => string>());
vi.mock('@sb/core', async (original) => ({ ...(await original<object>()), readKernelFile }));

const { isClosedBySwitch } = await import('./undumpable.js');

beforeEach(() => void readKernelFile.mockReset());

describe('a process that switches to another user', () => {
  it.each([
    ['0\n', true],
    ['2\n', true],
    ['1\n', false],
    ['', false],
    ['0 1\n', false],
    ['3\n', false],
  ])('where fs.suid_dumpable is %j: closed %s', (text, isClosed) => {
    readKernelFile.mockReturnValue(text);
    expect(isClosedBySwitch()).toBe(isClosed);
    expect(readKernelFile).toHaveBeenCalledExactlyOnceWith('/proc/sys/fs/suid_dumpable');
  });

  it('is not closed where that can’t be read', () => {
    readKernelFile.mockImplementation(() => {
      throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
    });
    expect(isClosedBySwitch()).toBe(false);
  });
});
