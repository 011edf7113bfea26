import { closeSync, openSync } from 'node:fs';

import { describe, expect, it, vi } from 'vitest';

import { asTarget } from '../child/child.js';
import { launch } from './launch.js';
import type { SandboxPlan } from '../plan/plan.js';

vi.mock('../native.js', () => ({
  anonymousFile: () => openSync('/dev/null', 'r'),
  closeAnonymous: (descriptor: number) => closeSync(descriptor),
  hasLibuv: () => true,
  launcherPath: () => '/nonexistent/launcher',
  statusPipe: () => openSync('/dev/null', 'w'),
}));

describe('a launcher that is not there', () => {
  it('is one error with its path, and the end of it', async () => {
    const end = () => {
      throw new Error('there is nothing to end');
    };
    const launched = launch(new Uint8Array(), ['pipe', 'pipe', 'pipe']);
    const child = asTarget(launched, { expected: {} } as SandboxPlan, { end, isTimedOut: false });
    const errors: unknown[] = [];
    child.on('error', (error) => errors.push(error));
    const closed = new Promise((resolve) => child.once('close', (...how) => resolve(how)));
    const missing = { code: 'launcher-missing', errno: 'ENOENT', path: '/nonexistent/launcher' };
    await expect(child.enforcement).rejects.toMatchObject(missing);
    expect(await closed).toEqual([-2, null]);
    expect(errors).toEqual([expect.objectContaining(missing)]);
  });
});
