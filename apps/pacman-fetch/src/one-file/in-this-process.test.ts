/* What this process does where the layers were applied, and the kernel says that it is root all the same. */
import type { restrictSelf as restrict, SelfReport } from '@sb/sandbox';
import type { downloadInThisProcess as fetcherDownload, OneFileResult } from '@sb/fetcher/in-this-process';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { OwnReader } from '../config/own-reader.js';
import { pacmanConfig } from '../config/pacman-config.js';
import { sandboxSettings } from '../config/sandbox-settings.js';
import { timeLimits } from './limits.js';
import type { Run, RunEvents } from './run.js';

const { isClosedBySwitch, restrictSelf, download } = vi.hoisted(() => ({
  isClosedBySwitch: vi.fn<() => boolean>(() => true),
  restrictSelf: vi.fn<typeof restrict>(),
  download: vi.fn<typeof fetcherDownload>(),
}));
vi.mock('@sb/sandbox', async (original) => ({ ...(await original<object>()), restrictSelf }));
vi.mock('@sb/sandbox/undumpable', async (original) => ({ ...(await original<object>()), isClosedBySwitch }));
vi.mock('@sb/fetcher/in-this-process', async (original) => ({
  ...(await original<object>()),
  downloadInThisProcess: download,
}));

const { downloadInThisProcess } = await import('./in-this-process.js');

const { signal } = new AbortController();
const events = { signal, onProgress: () => {}, onEnforcement: vi.fn<RunEvents['onEnforcement']>() };

const done = {} as unknown as OneFileResult;

/** Without a sandbox nothing of this process is given up, which the test runner still needs. */
function run(kind: 'switch' | 'off' | 'unchanged'): Run {
  return { settings: { useSandbox: { word: 'no' } }, user: { kind, policy: { uid: 954, gid: 954 } } } as unknown as Run;
}

function isNow(...uid: readonly number[]): void {
  restrictSelf.mockReturnValue({ status: 'full', features: [], verified: { uid } } as unknown as SelfReport);
}

describe('downloadInThisProcess', () => {
  beforeEach(() => {
    download.mockReset().mockResolvedValue(done);
  });

  it.each([
    ['real', [0, 954, 954, 954]],
    ['effective', [954, 0, 954, 954]],
    ['saved', [954, 954, 0, 954]],
    ['file-system', [954, 954, 954, 0]],
    ['every', [0, 0, 0, 0]],
  ])('asks nobody for anything while its %s uid is root’s', async (_, uid) => {
    isNow(...uid);
    for (const kind of ['switch', 'unchanged'] as const) {
      await expect(downloadInThisProcess(run(kind), events)).rejects.toMatchObject({
        kind: 'sandbox',
        message: 'this process is still root, so nothing was downloaded',
      });
    }
    expect(download).not.toHaveBeenCalled();
    expect(events.onEnforcement).not.toHaveBeenCalled();
  });

  it.runIf(process.platform === 'linux')('asks nobody for anything while nothing says who it is', async () => {
    restrictSelf.mockReturnValue({ status: 'full', features: [] } as unknown as SelfReport);
    for (const kind of ['switch', 'unchanged'] as const) {
      await expect(downloadInThisProcess(run(kind), events)).rejects.toMatchObject({
        kind: 'sandbox',
        message: '/proc does not show the user of this process, so nothing was downloaded',
      });
    }
    expect(download).not.toHaveBeenCalled();
    // The twin: nothing was to be given up.
    expect(await downloadInThisProcess(run('off'), events)).toBe(done);
  });

  it('downloads as another user, and as root where that was asked for: the twins', async () => {
    isNow(954, 954, 954, 954);
    expect(await downloadInThisProcess(run('switch'), events)).toBe(done);
    isNow(0, 0, 0, 0);
    expect(await downloadInThisProcess(run('off'), events)).toBe(done);
  });
});

describe('the process that downloads', () => {
  const seal = vi.fn<() => void>();
  const settings = sandboxSettings(new OwnReader().values, pacmanConfig({ sections: [], problems: [] }));
  const request = {
    url: new URL('http://a/x'),
    maxBytes: 1000,
    mayResume: false,
    limits: timeLimits(false),
    proxies: { http: null, https: null, except: [] },
    userAgent: 'test',
  };

  /** What it restricts itself to, for a FILE of its own or of another user. */
  async function restriction(isOwn: boolean) {
    const destination = { descriptor: 7, isDatedBy: () => isOwn, seal };
    const user = { kind: 'switch', policy: { uid: 954, gid: 954 } };
    isNow(954, 954, 954, 954);
    restrictSelf.mockClear();
    const whole = { settings, user, destination, written: [], request: { ...request, descriptor: 7 } };
    await downloadInThisProcess(whole as unknown as Run, events);
    const [[options, more] = []] = restrictSelf.mock.calls as [object?, object?][];
    return { options, more };
  }

  it('is another user, writes no more than FILE may have, and to no path', async () => {
    const { options, more } = await restriction(true);
    expect(options).toMatchObject({
      user: { user: 954, group: 954 },
      rlimits: { core: 0, fsize: 1000 },
      landlock: { net: { connectTcp: [80, 443] } },
    });
    expect(options).not.toHaveProperty('landlock.paths');
    // What was inherited goes, too.
    expect(more).toHaveProperty('prepare');
  });

  it('leaves FILE to a worker where others of its user could take the descriptor (fs.suid_dumpable is 1)', async () => {
    isClosedBySwitch.mockReturnValueOnce(false);
    expect(await restriction(true)).toEqual({ options: undefined, more: undefined });
  });

  it('is not looked at so where it stays its user: the twin', async () => {
    isNow(954, 954, 954, 954);
    isClosedBySwitch.mockReset().mockReturnValue(false);
    restrictSelf.mockClear();
    const destination = { descriptor: 7, isDatedBy: () => false, seal };
    const stays = { settings, user: { kind: 'unchanged' }, request: { ...request, descriptor: 7 }, written: [] };
    await downloadInThisProcess({ ...stays, destination } as unknown as Run, events);
    isClosedBySwitch.mockReturnValue(true);
    expect(restrictSelf).toHaveBeenCalledOnce();
  });

  it('gives a time to its own FILE alone, by the descriptor alone', async () => {
    const when = [
      { arg: 0, compare: 'eq32', value: 7 },
      { arg: 1, compare: 'eq64', value: 0 },
    ];
    const rule = expect.objectContaining({ syscall: 'utimensat', when }) as unknown;
    const rules = expect.arrayContaining([rule]) as unknown;
    expect((await restriction(true)).options).toMatchObject({ seccomp: { rules } });
    expect((await restriction(false)).options).not.toMatchObject({ seccomp: { rules } });
  });

  it('says that it gives up names before it asks anybody', async () => {
    download.mockImplementation(async () => {
      expect(seal).toHaveBeenCalledOnce();
      return await Promise.resolve({ size: 0, lastModified: null });
    });
    seal.mockClear();
    await restriction(true);
    expect(seal).toHaveBeenCalledOnce();
  });
});
