import type * as Core from '@sb/core';
import { beforeEach, describe, expect, it, vi } from 'vitest';

const { readKernelFile, listKernelFolder } = vi.hoisted(() => ({
  readKernelFile: vi.fn<typeof Core.readKernelFile>(),
  listKernelFolder: vi.fn<typeof Core.listKernelFolder>(),
}));
vi.mock('@sb/core', async (original) => ({
  ...(await original<object>()),
  readKernelFile,
  listKernelFolder,
}));

const { descriptorBudget } = await import('./descriptor-budget.js');

/** The limit of open files as proc_pid_limits(5) has it. */
function mayOpen(limit: string): void {
  readKernelFile.mockReturnValue(`Limit  Soft Limit  Hard Limit  Units\nMax open files  ${limit}  4096  files\n`);
}

describe.runIf(process.platform === 'linux')('descriptors for the files of a worker', () => {
  beforeEach(() => {
    listKernelFolder.mockReturnValue(Array.from({ length: 10 }, (_, index) => String(index)));
  });

  it('are what the worker and the rest of this process leave of the limit', () => {
    mayOpen('100');
    expect(descriptorBudget()).toBe(100 - 10 - 32 - 16);
    mayOpen('43');
    expect(descriptorBudget()).toBe(0);
    mayOpen('unlimited');
    expect(descriptorBudget()).toBe(Infinity);
  });

  it('are refused where there are too few for a worker at all', () => {
    mayOpen('42');
    expect(descriptorBudget()).toBe(0);
    mayOpen('41');
    expect(() => descriptorBudget()).toThrow('31 more files may be opened, but a worker needs 32');
  });
});
