import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { FrameReader, parseFrame, WorkerLied } from './frames.js';

const good = [
  { type: 'ready' },
  { type: 'refused', message: 'no' },
  { type: 'progress', received: 1, total: null },
  { type: 'progress', received: 1, total: 2 },
  { type: 'done', size: 0, lastModified: null },
  { type: 'failed', kind: 'dns', message: 'Could not resolve host' },
];

describe('parseFrame', () => {
  it.each(good)('takes %j', (frame) => expect(parseFrame(JSON.stringify(frame))).toEqual(frame));

  it('keeps nothing that the table has not got', () => {
    expect(parseFrame('{"type":"done","size":1,"lastModified":null,"path":"/etc/shadow"}')).toEqual({
      type: 'done',
      size: 1,
      lastModified: null,
    });
  });

  it('takes control characters out of a text', () => {
    expect(parseFrame(JSON.stringify({ type: 'refused', message: '\u001B[2Jx\r\n\u0007\u202Ey' }))).toEqual({
      type: 'refused',
      message: '�[2Jx���\u{FFFD}y',
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
    '{"type":"progress"}',
    '{"type":"progress","received":-1,"total":null}',
    '{"type":"progress","received":1.5,"total":null}',
    '{"type":"progress","received":1e400,"total":null}',
    '{"type":"progress","received":"1","total":null}',
    '{"type":"done","size":9007199254740993,"lastModified":null}',
    '{"type":"done","size":1}',
    '{"type":"done","size":1,"lastModified":9007199254740991}',
    '{"type":"done","size":1,"lastModified":-1}',
    '{"type":"failed","kind":"none","message":"x"}',
    '{"type":"failed","kind":"dns","message":5}',
    JSON.stringify({ type: 'refused', message: 'x'.repeat(1025) }),
  ])('refuses %s', (line) => expect(() => parseFrame(line)).toThrow(WorkerLied));

  it('throws nothing but WorkerLied on any JSON', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (line) => {
        try {
          parseFrame(line);
        } catch (error) {
          expect(error).toBeInstanceOf(WorkerLied);
        }
      }),
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

  it('holds no more than a frame', () => {
    const reader = new FrameReader();
    expect(() => {
      for (let i = 0; i < 100; i++) reader.read(Buffer.alloc(1000, 'x'), 0);
    }).toThrow('too long');
    expect(() => new FrameReader().read(Buffer.from(`${'x'.repeat(5000)}\n`), 0)).toThrow('too long');
  });

  it('takes a backlog, and no flood', () => {
    const line = Buffer.from('{"type":"ready"}\n');
    const reader = new FrameReader();
    // What piled up while nobody read, then an honest rate for an hour.
    for (let i = 0; i < 4000; i++) reader.read(line, 0);
    for (let second = 0; second < 3600; second++) {
      for (let i = 0; i < 10; i++) reader.read(line, second * 1000);
    }
    expect(() => {
      for (let i = 0; i < 6000; i++) reader.read(line, 3_600_000);
    }).toThrow('too many frames');
  });
});
