/* A self-test without the probe, as in an installation that lacks it. */
import { describe, expect, it, vi } from 'vitest';

const missing = '/nowhere/prebuilds/probe';
vi.mock('../native.js', async (original) => ({ ...(await original<object>()), probePath: () => missing }));

const { selfTest } = await import('./self-test.js');

describe('a self-test without its probe', () => {
  it('says what is missing, and what to do', async () => {
    await expect(selfTest({} as never, {} as never)).rejects.toMatchObject({
      code: 'prebuild-missing',
      layer: 'sandbox',
      path: missing,
      errno: 'ENOENT',
      hint: expect.stringContaining('Install the package again') as string,
    });
  });
});
