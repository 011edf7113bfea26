import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type Frame, fullDataBytes, maxDataBytes, maxFrameBytes } from './messages.js';
import { FrameReader, parseFrame, type Piece, WorkerLied } from './frames.js';

const good = [
  { type: 'started', file: 0, source: 0, total: null, lastModified: null, etag: null, isAppended: false },
  {
    type: 'started',
    file: 127,
    source: 1,
    total: 10,
    lastModified: 1_700_000_000_000,
    etag: '"a-1"',
    isAppended: true,
  },
  { type: 'source-failed', file: 0, source: 0, kind: 'dns', status: null, message: 'no' },
  { type: 'done', file: 0, size: 10 },
  { type: 'unchanged', file: 0, source: 1 },
  { type: 'signature-started', file: 0 },
  { type: 'signature', file: 0, size: 5, lastModified: null },
  { type: 'signature-unchanged', file: 0 },
  { type: 'signature-failed', file: 0, source: 0, kind: 'http', status: 404, message: 'no' },
];

describe('parseFrame', () => {
  it.each(good)('takes %j', (frame) => expect(parseFrame(JSON.stringify(frame))).toEqual(frame));

  it('drops unknown fields and control characters', () => {
    expect(parseFrame('{"type":"done","file":0,"size":1,"path":"/etc/shadow"}')).toEqual({
      type: 'done',
      file: 0,
      size: 1,
    });
    expect(parseFrame(JSON.stringify({ ...good[2], message: '\u001B[2Jx\u202E' }))).toMatchObject({
      message: '�[2Jx�',
    });
  });

  it.each([
    '',
    'x',
    '1',
    'null',
    '[]',
    '{}',
    '{"type":1}',
    '{"type":"constructor"}',
    '{"type":"__proto__"}',
    '{"type":"data","file":0,"of":"file"}',
    '{"type":"data","file":0,"length":1}',
    '{"type":"data","file":0,"of":"program","length":1}',
    '{"type":"data","file":256,"of":"file","length":1}',
    '{"type":"data","file":-1,"of":"file","length":1}',
    '{"type":"data","file":"0","of":"file","length":1}',
    '{"type":"data","file":0,"of":"file","length":0}',
    '{"type":"data","file":0,"of":"file","length":-1}',
    '{"type":"data","file":0,"of":"file","length":1.5}',
    '{"type":"data","file":0,"of":"file","length":262145}',
    '{"type":"data","file":0,"of":"file","length":1e400}',
    '{"type":"done","file":0,"size":9007199254740993}',
    '{"type":"started","file":0,"source":0,"total":null,"lastModified":9007199254740991}',
    JSON.stringify({ ...good[1], isAppended: 1 }),
    JSON.stringify({ ...good[1], etag: 'W/"a"' }),
    JSON.stringify({ ...good[1], etag: `"${'a'.repeat(255)}"` }),
    JSON.stringify({ ...good[1], etag: '"a\r\nb"' }),
    '{"type":"source-failed","file":0,"source":0,"kind":"none","status":null,"message":""}',
    '{"type":"source-failed","file":0,"source":0,"kind":"dns","status":1000,"message":""}',
    JSON.stringify({ ...good[2], message: 'x'.repeat(513) }),
  ])('refuses %s', (line) => expect(() => parseFrame(line)).toThrow(WorkerLied));

  it('throws only WorkerLied for any fields', () => {
    const names = fc.constantFrom(
      'type',
      'file',
      'source',
      'total',
      'length',
      'of',
      'kind',
      'status',
      'message',
      'size',
    );
    const types = fc.constantFrom(...good.map(({ type }) => type));
    const frames = fc
      .tuple(types, fc.dictionary(names, fc.jsonValue()))
      .map(([type, rest]) => Object.assign({}, rest, { type }));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          frames.map((frame) => JSON.stringify(frame)),
        ),
        (line) => {
          try {
            parseFrame(line);
          } catch (error) {
            expect(error).toBeInstanceOf(WorkerLied);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

/** An announcement, and the bytes behind it. */
const data = (length: number, of = 'file'): Buffer =>
  Buffer.concat([Buffer.from(`${JSON.stringify({ type: 'data', file: 3, of, length })}\n`), Buffer.alloc(length, 10)]);

/** All that a reader finds, with pieces that follow each other as one. */
function found(reader: FrameReader, bytes: Buffer, now = 0): readonly object[] {
  const items: object[] = [];
  for (const item of reader.read(bytes, now)) {
    if (item.type === 'bytes') items.push({ ...item, bytes: item.bytes.length });
    else items.push(item);
  }
  return items;
}

describe('FrameReader', () => {
  const bytes = Buffer.concat(
    good.flatMap((frame, index) => [Buffer.from(`${JSON.stringify(frame)}\n`), data(1 + index * 7, 'signature')]),
  );

  it('finds the same frames and bytes in any chunks, also if bytes look like frames', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (cuts) => {
        const reader = new FrameReader();
        const frames: object[] = [];
        let left = 0;
        const take = (item: Frame | Piece): void => {
          if (item.type === 'bytes') {
            expect(item).toMatchObject({ file: 3, of: 'signature' });
            expect(item.bytes.every((byte) => byte === 10)).toBe(true);
            left -= item.bytes.length;
            return;
          }
          expect(left).toBe(0);
          if (item.type === 'data') left = item.length;
          else frames.push(item);
        };
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const length = cuts[turn % cuts.length] ?? 1;
          for (const item of reader.read(bytes.subarray(at, at + length), 0)) take(item);
          at += length;
        }
        expect(left).toBe(0);
        expect(frames).toEqual(good);
      }),
    );
  });

  it('buffers no more than a frame for any bytes', () => {
    const reader = new FrameReader();
    found(reader, Buffer.from('x'.repeat(maxFrameBytes - 1)));
    expect(() => found(reader, Buffer.from('x'))).toThrow('too long');
    const padded = Buffer.from(`${' '.repeat(maxFrameBytes)}{}\n`);
    expect(() => found(new FrameReader(), padded)).toThrow('too long');
  });

  it('passes bytes on as they arrive, and keeps none of them', () => {
    const reader = new FrameReader();
    const all = data(maxDataBytes);
    const head = all.indexOf('\n') + 1;
    expect(found(reader, all.subarray(0, head + 5))).toMatchObject([{ type: 'data' }, { type: 'bytes', bytes: 5 }]);
    expect(found(reader, all.subarray(head + 5, -1))).toMatchObject([{ type: 'bytes', bytes: maxDataBytes - 6 }]);
    expect(found(reader, Buffer.from('\n{'))).toMatchObject([{ type: 'bytes', bytes: 1 }]);
    expect(() => found(reader, Buffer.from('}\n'))).toThrow(WorkerLied);
  });

  it('accepts a backlog, and refuses a flood', () => {
    const line = Buffer.from('{"type":"done","file":0,"size":1}\n');
    const reader = new FrameReader();
    const send = (times: number, now: number): void => {
      for (let i = 0; i < times; i++) expect([...reader.read(line, now)]).toHaveLength(1);
    };
    send(10_000, 0);
    for (let second = 1; second < 20; second++) send(640, second * 1000);
    expect(() => send(11_000, 20_000)).toThrow('too many frames');
  });

  it('accepts any number of full data frames, and refuses a flood of tiny ones', () => {
    const reader = new FrameReader();
    for (let i = 0; i < 20_000; i++) expect(found(reader, data(fullDataBytes))).toHaveLength(2);
    const tiny = (): void => {
      for (let i = 0; i < 10_001; i++) found(reader, data(fullDataBytes - 1));
    };
    expect(tiny).toThrow('too many frames');
  });
});
