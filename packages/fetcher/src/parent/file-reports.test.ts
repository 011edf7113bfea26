import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Frame } from '../channel/messages.js';
import { WorkerLied } from '../channel/frames.js';
import { FileReports } from './file-reports.js';

const file = {
  sources: ['http://a/x', 'http://b/x'],
  opened: {},
  mayLack: [],
  isAlone: false,
  spent: 0,
  maxBytes: 100,
  size: null,
  isSummed: false,
  resume: null,
  modifiedSince: null,
  signature: null,
};
const started = {
  type: 'started',
  file: 0,
  source: 0,
  total: 10,
  lastModified: null,
  etag: null,
  isAppended: false,
} as const;
const sourceFailed = { type: 'source-failed', file: 0, source: 0, kind: 'dns', status: null, message: '' } as const;
const done = { type: 'done', file: 0, size: 10 } as const;
const unchanged = { type: 'unchanged', file: 0, source: 0 } as const;
const data = { type: 'data', file: 0, of: 'file', length: 5 } as const;
const complete = { type: 'complete', file: 0 } as const;
const wrong = { ...sourceFailed, kind: 'checksum' } as const;
const all = { ...data, length: 10 } as const;
const askedAgain = [{ ...started, isAppended: true }, complete] as const;

function enterAll(frames: readonly Frame[], size: number | null = null): FileReports {
  const reported = new FileReports([{ ...file, size }]);
  for (const frame of frames) reported.enter(frame);
  return reported;
}

describe('what a worker reports', () => {
  it('follows a file through its sources', () => {
    const reported = enterAll([
      started,
      data,
      sourceFailed,
      { ...started, source: 1, lastModified: 5000 },
      data,
      data,
      done,
    ]);
    expect(reported.isComplete).toBe(true);
    expect(reported.reports[0]).toMatchObject({ state: 'done', source: 1, lastModified: 5000, size: 10 });
  });

  it('follows a file for which several sources are asked, and knows of which one its bytes are', () => {
    const other = { ...started, source: 1, isAppended: true };
    const turns = enterAll([started, data, other, { ...sourceFailed, kind: 'slower' }, data, done]);
    expect(turns.reports[0]).toMatchObject({ state: 'done', source: 1, isMixed: true });
    const back = enterAll([started, data, other, { ...started, isAppended: true }, data, done]);
    expect(back.reports[0]).toMatchObject({ state: 'done', source: 0, isMixed: true });
    const silent = enterAll([started, other, all, done]);
    expect(silent.reports[0]).toMatchObject({ state: 'done', source: 1, isMixed: false });
    const anew = enterAll([started, data, { ...other, isAppended: false }, all, done]);
    expect(anew.reports[0]).toMatchObject({ state: 'done', source: 1, isMixed: false });
  });

  it('accepts a restart from an abandoned source, because no other one is left', () => {
    const other = { ...started, source: 1, lastModified: 5000 };
    const again = enterAll([started, data, other, data, { ...sourceFailed, source: 1 }, started, all, done]);
    expect(again.reports[0]).toMatchObject({ state: 'done', source: 0, isMixed: false });
  });

  it('accepts no appended bytes if each source must send the whole file', () => {
    const alone = (frames: readonly Frame[]): FileReports => {
      const reported = new FileReports([{ ...file, isAlone: true }]);
      for (const frame of frames) reported.enter(frame);
      return reported;
    };
    const other = { ...started, source: 1 };
    expect(alone([started, data, other, all, done]).reports[0]).toMatchObject({ state: 'done', isMixed: false });
    expect(() => alone([started, data, { ...other, isAppended: true }])).toThrow(WorkerLied);
    expect(() => alone([started, data, { ...started, isAppended: true }])).toThrow(WorkerLied);
  });

  it('follows a file to another source if the parent has called the first one wrong, and keeps none of its bytes', () => {
    const refuted = (after: readonly Frame[], before: readonly Frame[] = [started, all, complete]): FileReports => {
      const reported = enterAll(before);
      reported.refute(0);
      for (const frame of after) reported.enter(frame);
      return reported;
    };
    const other = { ...started, source: 1 };
    const [report] = refuted([wrong]).reports;
    expect(report).toMatchObject({ state: 'open', hasStarted: false, received: 0, lastModified: null, etag: null });
    expect(refuted([wrong, other, all, complete, done]).reports[0]).toMatchObject({ state: 'done', source: 1 });
    expect(() => refuted([wrong, { ...other, isAppended: true }])).toThrow('content that was to be discarded');
    expect(() => refuted([{ ...wrong, source: 1 }])).toThrow('has not called so');
    expect(() => refuted([other, wrong])).toThrow('has not called so');
    // Nobody knows which of two was wrong.
    const mixed = [started, data, { ...other, isAppended: true }, data, complete];
    expect(() => refuted([{ ...wrong, source: 1 }], mixed)).toThrow('has not called so');
  });

  it('reports a file as failed after its last source, or on a write error', () => {
    expect(enterAll([sourceFailed]).isComplete).toBe(false);
    expect(enterAll([sourceFailed, { ...sourceFailed, source: 1 }]).reports[0]?.state).toBe('failed');
    expect(enterAll([started, { ...sourceFailed, kind: 'file' }]).reports[0]?.state).toBe('failed');
  });

  const lies: readonly (readonly [what: string, frames: readonly Frame[], size?: number])[] = [
    ['a file that it has not got', [{ ...data, file: 1 }]],
    ['the end before the start', [done]],
    ['bytes before the start', [data]],
    ['a source that there is not', [{ ...started, source: 2 }]],
    [
      'the end after the source that wrote has failed',
      [started, { ...started, source: 1, isAppended: true }, all, { ...sourceFailed, source: 1 }, done],
    ],
    ['a failed source that goes on', [started, sourceFailed, { ...started, isAppended: true }]],
    [
      'that a source begins three times, with another one between',
      [started, { ...started, source: 1 }, started, started],
    ],
    ['a source that has failed', [sourceFailed, started]],
    ['the end after a source has failed', [started, sourceFailed, done]],
    ['the next source without its start', [started, sourceFailed, { ...sourceFailed, source: 1, file: 0 }, done]],
    ['more bytes than the file may have', [started, { ...data, length: 101 }]],
    ['more than the file may have, bit by bit', [started, ...Array.from({ length: 21 }, () => data)]],
    ['bytes of a signature that nobody asked for', [started, { ...data, of: 'signature' }]],
    ['bytes after the last word', [started, all, done, data]],
    ['bytes after a source has failed', [started, data, sourceFailed, data]],
    ['a source that it begins with three times', [started, data, started, data, started]],
    ['more behind what counts for nothing', [{ ...started, isAppended: true }]],
    ['more bytes than it has sent', [started, data, done]],
    ['fewer bytes than it has sent', [started, all, { ...done, size: 9 }]],
    ['bytes that another source has replaced', [started, data, sourceFailed, { ...started, source: 1 }, data, done]],
    ['a total above the limit', [{ ...started, total: 101 }]],
    ['a size that is not the total', [{ ...started, total: 11 }, all, done]],
    ['a size that is not the one asked for', [{ ...started, total: null }, all, done], 11],
    ['a word after the last', [started, all, done, started]],
    ['no change that nobody asked about', [unchanged]],
    ['the end twice', [started, all, done, done]],
    ['a question before the start', [complete]],
    ['a question after the end', [started, all, done, complete]],
    ['the same question three times', [started, all, complete, complete, complete]],
    ['a question of each source, and one more', [started, complete, ...askedAgain, ...askedAgain]],
    ['a wrong file that it has not asked about', [started, all, wrong]],
    ['a wrong file that the parent has not called so', [started, all, complete, wrong]],
  ];

  it.each(lies.map(([what, frames, size = null]) => ({ what, frames, size })))('refuses $what', ({ frames, size }) => {
    expect(() => enterAll(frames, size)).toThrow(WorkerLied);
  });

  it('counts existing bytes if bytes are appended, and if another source continues', () => {
    const beginning = { length: 5, etag: null, lastModified: null, lastByte: 0 };
    const reported = new FileReports([{ ...file, resume: beginning }]);
    for (const frame of [{ ...started, isAppended: true }, data, done]) reported.enter(frame);
    expect(reported.reports[0]).toMatchObject({ state: 'done', received: 10 });
    const more = enterAll([started, data, sourceFailed, { ...started, source: 1, isAppended: true }, data, done]);
    expect(more.reports[0]).toMatchObject({ state: 'done', isMixed: true, received: 10 });
    const full = new FileReports([{ ...file, resume: { ...beginning, length: 96 } }]);
    full.enter({ ...started, total: null, isAppended: true });
    expect(() => full.enter(data)).toThrow('more bytes than the file may have');
  });

  it('ignores a time beyond a day from now', () => {
    const soon = Date.now() + 3_600_000;
    const times = [soon, Date.UTC(2099, 0)].map((lastModified) => enterAll([{ ...started, lastModified }]));
    expect(times.map(({ reports: [report] }) => report?.lastModified)).toEqual([soon, null]);
  });

  it('accepts no change as an answer from a source that has not started', () => {
    const asked = (frames: readonly Frame[]): FileReports => {
      const reported = new FileReports([{ ...file, modifiedSince: 1000 }]);
      for (const frame of frames) reported.enter(frame);
      return reported;
    };
    expect(asked([unchanged]).reports[0]?.state).toBe('unchanged');
    expect(asked([started, sourceFailed, { ...unchanged, source: 1 }]).isComplete).toBe(true);
    expect(() => asked([started, unchanged])).toThrow(WorkerLied);
    expect(() => asked([unchanged, done])).toThrow(WorkerLied);
  });

  it('accepts a final report on a requested signature after that on its file', () => {
    const signature = { suffix: '.sig', maxBytes: 10, optional: true, modifiedSince: 1000, opened: {} };
    const signed = (frames: readonly Frame[], odd: object = {}): FileReports => {
      const reported = new FileReports([{ ...file, modifiedSince: 1000, signature: { ...signature, ...odd } }]);
      for (const frame of frames) reported.enter(frame);
      return reported;
    };
    const begun = { type: 'signature-started', file: 0 } as const;
    const bytes = { type: 'data', file: 0, of: 'signature', length: 10 } as const;
    const came = { type: 'signature', file: 0, size: 10, lastModified: null } as const;
    const whole = [started, all, done] as const;
    const same = { type: 'signature-unchanged', file: 0 } as const;
    const gone = { ...sourceFailed, type: 'signature-failed' } as const;
    expect(signed(whole).isComplete).toBe(false);
    expect(signed([sourceFailed, { ...sourceFailed, source: 1 }]).isComplete).toBe(true);
    const good = [
      [...whole, begun, bytes, came],
      [...whole, begun, bytes, begun, bytes, came],
      [...whole, gone],
      [unchanged, same],
      [unchanged, begun, bytes, came],
    ];
    for (const frames of good) expect(signed(frames).isComplete).toBe(true);
    expect(() => enterAll([...whole, came])).toThrow('not requested');
    const early = [[came], [started, bytes], [sourceFailed, { ...sourceFailed, source: 1 }, begun]];
    for (const frames of early) expect(() => signed(frames)).toThrow('at the wrong time');
    for (const frame of [came, gone, bytes]) {
      expect(() => signed([...whole, begun, bytes, came, frame])).toThrow('at the wrong time');
    }
    expect(() => signed([...whole, bytes])).toThrow('wrong order');
    expect(() => signed([...whole, begun, bytes, bytes])).toThrow('more bytes than a signature');
    expect(() => signed([...whole, begun, begun, begun])).toThrow('too often');
    expect(() => signed([...whole, begun, bytes, { ...came, size: 11 }])).toThrow('but sent 10');
    expect(() => signed([...whole, came])).toThrow('but sent 0');
    expect(() => signed([...whole, same])).toThrow('without being asked');
    expect(() => signed([unchanged, same], { modifiedSince: null })).toThrow('without being asked');
    expect(() => signed([unchanged, { ...gone, source: 2 }])).toThrow('at the wrong time');
  });

  it('never accepts more than its rules permit, in any order of frames', () => {
    const any = fc.constantFrom<Frame>(started, { ...started, source: 1 }, data, sourceFailed, done, {
      ...sourceFailed,
      source: 1,
    });
    fc.assert(
      fc.property(fc.array(any), (frames) => {
        const reported = new FileReports([file]);
        const taken: Frame[] = [];
        try {
          for (const frame of frames) {
            reported.enter(frame);
            taken.push(frame);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(WorkerLied);
        }
        const [report] = reported.reports;
        if (report?.state !== 'done') return;
        // Whatever it said: the source that it came from did start, and did not fail.
        const own = taken.filter((frame) => 'source' in frame && frame.source === report.source);
        expect(own.some(({ type }) => type === 'started')).toBe(true);
        expect(own.some(({ type }) => type === 'source-failed')).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});
