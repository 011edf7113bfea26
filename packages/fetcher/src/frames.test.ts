import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { maxFrameBytes } from './channel.js';
import { FrameReader, parseFrame, WorkerLied } from './frames.js';

const good = [
  { type: 'started', file: 0, source: 0, total: null, lastModified: null, etag: null },
  { type: 'started', file: 127, source: 1, total: 10, lastModified: 1_700_000_000_000, etag: '"a-1"' },
  { type: 'progress', file: 0, received: 5 },
  { type: 'source-failed', file: 0, source: 0, kind: 'dns', status: null, message: 'no' },
  { type: 'done', file: 0, size: 10 },
  { type: 'unchanged', file: 0, source: 1 },
  { type: 'signature', file: 0, size: 5, lastModified: null },
  { type: 'signature-unchanged', file: 0 },
  { type: 'signature-failed', file: 0, source: 0, kind: 'http', status: 404, message: 'no' },
];

describe('parseFrame', () => {
  it.each(good)('takes %j', (frame) => expect(parseFrame(JSON.stringify(frame))).toEqual(frame));

  it('keeps nothing that the table has not got, and no control character', () => {
    expect(parseFrame('{"type":"done","file":0,"size":1,"path":"/etc/shadow"}')).toEqual({
      type: 'done',
      file: 0,
      size: 1,
    });
    expect(parseFrame(JSON.stringify({ ...good[3], message: '\u001B[2Jx\u202E' }))).toMatchObject({
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
    '{"type":"progress","file":0}',
    '{"type":"progress","file":256,"received":1}',
    '{"type":"progress","file":-1,"received":1}',
    '{"type":"progress","file":"0","received":1}',
    '{"type":"progress","file":0,"received":1e400}',
    '{"type":"done","file":0,"size":9007199254740993}',
    '{"type":"started","file":0,"source":0,"total":null,"lastModified":9007199254740991}',
    JSON.stringify({ ...good[1], etag: 'W/"a"' }),
    JSON.stringify({ ...good[1], etag: `"${'a'.repeat(255)}"` }),
    JSON.stringify({ ...good[1], etag: '"a\r\nb"' }),
    '{"type":"source-failed","file":0,"source":0,"kind":"none","status":null,"message":""}',
    '{"type":"source-failed","file":0,"source":0,"kind":"dns","status":1000,"message":""}',
    JSON.stringify({ ...good[3], message: 'x'.repeat(513) }),
  ])('refuses %s', (line) => expect(() => parseFrame(line)).toThrow(WorkerLied));

  it('throws nothing but WorkerLied, whatever the fields are', () => {
    const names = fc.constantFrom('type', 'file', 'source', 'total', 'received', 'kind', 'status', 'message', 'size');
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

describe('FrameReader', () => {
  const bytes = Buffer.from(good.map((frame) => `${JSON.stringify(frame)}\n`).join(''));

  it('finds the same frames however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (cuts) => {
        const reader = new FrameReader();
        const frames = [];
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const length = cuts[turn % cuts.length] ?? 1;
          frames.push(...reader.read(bytes.subarray(at, at + length), 0));
          at += length;
        }
        expect(frames).toEqual(good);
      }),
    );
  });

  it('holds no more than a frame, whatever the bytes are', () => {
    const reader = new FrameReader();
    const feed = (chunk: string): unknown => [...reader.read(Buffer.from(chunk), 0)];
    feed('x'.repeat(maxFrameBytes - 1));
    expect(() => feed('x')).toThrow('too long');
    expect(() => [...new FrameReader().read(Buffer.from(`${' '.repeat(maxFrameBytes)}{}\n`), 0)]).toThrow('too long');
  });

  it('takes a backlog, and no flood', () => {
    const line = Buffer.from('{"type":"done","file":0,"size":1}\n');
    const reader = new FrameReader();
    const send = (times: number, now: number): void => {
      for (let i = 0; i < times; i++) expect([...reader.read(line, now)]).toHaveLength(1);
    };
    send(10_000, 0);
    for (let second = 1; second < 20; second++) send(640, second * 1000);
    expect(() => send(11_000, 20_000)).toThrow('too many frames');
  });
});
