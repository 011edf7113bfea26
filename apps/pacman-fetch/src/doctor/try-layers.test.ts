/* What doctor makes of a self-test: what proves nothing is no proof, and what fails is never a note. */
import { SandboxError } from '@sb/core';
import type { SelfTestLine } from '@sb/sandbox';
import { describe, expect, it, vi } from 'vitest';

import { OwnReader } from '../config/own-reader.js';
import { pacmanConfig } from '../config/pacman-config.js';
import { sandboxSettings } from '../config/sandbox-settings.js';
import { type Finding, verdictOf } from './diagnosis.js';
import type { Machine } from './machine.js';

const { createSandbox } = vi.hoisted(() => ({ createSandbox: vi.fn<() => object>() }));
vi.mock('@sb/sandbox', async (original) => ({ ...(await original<object>()), createSandbox }));

const { tryLayers } = await import('./try-layers.js');

const settings = sandboxSettings(new OwnReader().values, pacmanConfig({ sections: [], problems: [] }));
const line = (result: SelfTestLine['result'], attempted: string): SelfTestLine => ({
  layer: 'landlock',
  feature: 'fs.make_dir',
  attempted,
  expected: 'EACCES',
  seen: result === 'failed' ? 'OK' : 'EACCES',
  control: result === 'unproved' ? 'EACCES' : 'OK',
  result,
});
const missingLandlock = { layer: 'landlock', feature: 'fs.execute', state: 'unsupported', reason: 'ENOSYS' } as const;

async function findings(
  lines: readonly SelfTestLine[],
  { features = [] as readonly object[], level = 'prefer' } = {},
): Promise<readonly Finding[]> {
  createSandbox.mockReturnValue({ plan: () => ({ features }), selfTest: async () => await Promise.resolve({ lines }) });
  const { levels } = settings;
  const given = { ...settings, levels: { ...levels, filesystem: { ...levels.filesystem, word: level } } };
  const { findings: found } = await tryLayers(given as typeof settings, undefined, { kernel: '6.18' } as Machine);
  return found;
}

describe('what was attempted', () => {
  it('and was denied is nothing to say', async () => {
    expect(await findings([line('passed', 'mkdir /a')])).toEqual([]);
  });

  it('and was not denied is broken, even if all others passed', async () => {
    const found = await findings([line('passed', 'mkdir /a'), line('failed', 'mkdir /b')]);
    const what = 'landlock fs.make_dir is planned but not enforced: the attempt gave OK, not EACCES';
    expect(found).toMatchObject([{ level: 'broken', what }]);
    expect(verdictOf(found)).toBe('broken');
  });

  it('and proves nothing is said, and never counted as a proof', async () => {
    const some = await findings([line('passed', 'mkdir /a'), line('unproved', 'mkdir /b')]);
    expect(some).toMatchObject([
      { level: 'note', what: expect.stringMatching(/^1 of 2 attempts for landlock fail without /) },
    ]);
    const none = await findings([line('unproved', 'mkdir /a'), line('unproved', 'mkdir /b')]);
    expect(none).toMatchObject([
      { what: expect.stringMatching(/^all attempts for landlock fail without the sandbox as well: mkdir/) },
    ]);
  });
});

describe('a missing native part', () => {
  it('is broken, and says what to do', async () => {
    const plan = (): never => {
      const details = { what: 'the native part could not be loaded', hint: 'Install it again.' };
      throw new SandboxError({ code: 'prebuild-missing', layer: 'caps', step: 'plan', ...details });
    };
    createSandbox.mockReturnValue({ plan });
    const { findings: found } = await tryLayers(settings, undefined, { kernel: '6.18' } as Machine);
    const what = 'cannot try the sandbox: caps: the native part could not be loaded';
    expect(found).toEqual([{ level: 'broken', what, remedy: 'Install it again.' }]);
  });
});

describe('what is missing', () => {
  it('is partial where it is preferred, and broken where it is required', async () => {
    const features = [missingLandlock];
    expect(verdictOf(await findings([], { features }))).toBe('partial');
    expect(verdictOf(await findings([], { features, level: 'require' }))).toBe('broken');
    expect(verdictOf([])).toBe('full');
  });

  it('is partial where it was switched off', async () => {
    const off = await findings([], { level: 'off' });
    expect(off).toMatchObject([{ level: 'partial', what: expect.stringMatching(/^landlock is switched off/) }]);
  });
});
