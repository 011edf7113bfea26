import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Frame } from './channel.js';
import { WorkerLied } from './frames.js';
import { Ledger } from './ledger.js';

const file = {
  sources: ['http://a/x', 'http://b/x'],
  opened: {},
  mayLack: [],
  mayLeave: true,
  maxBytes: 100,
  size: null,
  isSummed: false,
  resume: null,
  modifiedSince: null,
  signature: null,
};
const started = { type: 'started', file: 0, source: 0, total: 10, lastModified: null, etag: null } as const;
const sourceFailed = { type: 'source-failed', file: 0, source: 0, kind: 'dns', status: null, message: '' } as const;
const done = { type: 'done', file: 0, size: 10 } as const;
const unchanged = { type: 'unchanged', file: 0, source: 0 } as const;
const progress = { type: 'progress', file: 0, received: 5 } as const;

function enterAll(frames: readonly Frame[], size: number | null = null): Ledger {
  const ledger = new Ledger([{ ...file, size }]);
  for (const frame of frames) ledger.enter(frame);
  return ledger;
}

describe('a ledger', () => {
  it('follows a file through its sources', () => {
    const ledger = enterAll([started, progress, sourceFailed, { ...started, source: 1, lastModified: 5000 }, done]);
    expect(ledger.isComplete).toBe(true);
    expect(ledger.accounts[0]).toMatchObject({ state: 'done', source: 1, lastModified: 5000, size: 10 });
  });

  it('calls a file failed after its last source, or when the disk refuses', () => {
    expect(enterAll([sourceFailed]).isComplete).toBe(false);
    expect(enterAll([sourceFailed, { ...sourceFailed, source: 1 }]).accounts[0]?.state).toBe('failed');
    expect(enterAll([started, { ...sourceFailed, kind: 'file' }]).accounts[0]?.state).toBe('failed');
  });

  const lies: readonly (readonly [what: string, frames: readonly Frame[], size?: number])[] = [
    ['a file that it has not got', [{ ...progress, file: 1 }]],
    ['the end before the start', [done]],
    ['progress before the start', [progress]],
    ['a source that there is not', [{ ...started, source: 2 }]],
    ['a source before the one before has failed', [started, { ...started, source: 1 }]],
    ['a source that has failed', [sourceFailed, started]],
    ['the end after a source has failed', [started, sourceFailed, done]],
    ['the next source without its start', [started, sourceFailed, { ...sourceFailed, source: 1, file: 0 }, done]],
    ['more than the file may have', [started, { ...progress, received: 101 }]],
    ['a total above the limit', [{ ...started, total: 101 }]],
    ['a size that is not the total', [started, { ...done, size: 9 }]],
    ['a size that is not the one asked for', [{ ...started, total: null }, done], 11],
    ['a word after the last', [started, done, progress]],
    ['no change that nobody asked about', [unchanged]],
    ['the end twice', [started, done, done]],
  ];

  it.each(lies.map(([what, frames, size = null]) => ({ what, frames, size })))('refuses $what', ({ frames, size }) => {
    expect(() => enterAll(frames, size)).toThrow(WorkerLied);
  });

  it('takes no change for an answer, from a source that has not begun', () => {
    const asked = (frames: readonly Frame[]): Ledger => {
      const ledger = new Ledger([{ ...file, modifiedSince: 1000 }]);
      for (const frame of frames) ledger.enter(frame);
      return ledger;
    };
    expect(asked([unchanged]).accounts[0]?.state).toBe('unchanged');
    expect(asked([started, sourceFailed, { ...unchanged, source: 1 }]).isComplete).toBe(true);
    expect(() => asked([started, unchanged])).toThrow(WorkerLied);
    expect(() => asked([unchanged, done])).toThrow(WorkerLied);
  });

  it('takes a last word on a signature that is asked for, once its file is there', () => {
    const signature = { descriptor: 6, suffix: '.sig', maxBytes: 10, optional: true, modifiedSince: 1000, opened: {} };
    const signed = (frames: readonly Frame[], odd: object = {}): Ledger => {
      const ledger = new Ledger([{ ...file, modifiedSince: 1000, signature: { ...signature, ...odd } }]);
      for (const frame of frames) ledger.enter(frame);
      return ledger;
    };
    const came = { type: 'signature', file: 0, size: 10, lastModified: null } as const;
    const same = { type: 'signature-unchanged', file: 0 } as const;
    const gone = { ...sourceFailed, type: 'signature-failed' } as const;
    expect(signed([started, done]).isComplete).toBe(false);
    expect(signed([sourceFailed, { ...sourceFailed, source: 1 }]).isComplete).toBe(true);
    const good = [
      [started, done, came],
      [started, done, gone],
      [unchanged, same],
      [unchanged, came],
    ];
    for (const frames of good) expect(signed(frames).isComplete).toBe(true);
    expect(() => enterAll([started, done, came])).toThrow('nobody asked for');
    const early = [[came], [started, came], [sourceFailed, { ...sourceFailed, source: 1 }, came]];
    for (const frames of early) expect(() => signed(frames)).toThrow('out of turn');
    for (const frame of [came, gone]) expect(() => signed([started, done, came, frame])).toThrow('out of turn');
    expect(() => signed([started, done, { ...came, size: 11 }])).toThrow('more than a signature');
    expect(() => signed([started, done, same])).toThrow('nobody asked about');
    expect(() => signed([unchanged, same], { modifiedSince: null })).toThrow('nobody asked about');
    expect(() => signed([unchanged, { ...gone, source: 2 }])).toThrow('out of turn');
  });

  it('never believes more than its rules, in any order of frames', () => {
    const any = fc.constantFrom<Frame>(started, { ...started, source: 1 }, progress, sourceFailed, done, {
      ...sourceFailed,
      source: 1,
    });
    fc.assert(
      fc.property(fc.array(any), (frames) => {
        const ledger = new Ledger([file]);
        const taken: Frame[] = [];
        try {
          for (const frame of frames) {
            ledger.enter(frame);
            taken.push(frame);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(WorkerLied);
        }
        const [account] = ledger.accounts;
        if (account?.state !== 'done') return;
        // Whatever it said: the source that it came from did start, and did not fail.
        const own = taken.filter((frame) => 'source' in frame && frame.source === account.source);
        expect(own.some(({ type }) => type === 'started')).toBe(true);
        expect(own.some(({ type }) => type === 'source-failed')).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});
