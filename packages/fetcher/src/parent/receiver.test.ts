import { describe, expect, it } from 'vitest';

import { FetcherError } from '../errors/fetcher-error.js';
import type { WrittenFile } from '../disk/written-file.js';
import { Receiver } from './receiver.js';

const file = {
  sources: ['http://a/x', 'http://b/x'],
  opened: {},
  mayLack: [],
  isAlone: false,
  spent: 0,
  maxBytes: 100,
  size: null,
  isSummed: true,
  resume: null,
  modifiedSince: null,
  signature: null,
};
const started = { type: 'started', file: 0, source: 0, total: 5, lastModified: null, etag: null, isAppended: false };
const wrong = { type: 'source-failed', file: 0, source: 0, kind: 'checksum', status: null, message: '' } as const;

function received(write: (bytes: Uint8Array) => void): { readonly receiver: Receiver; readonly calls: string[] } {
  const calls: string[] = [];
  const target = { begin: () => calls.push('begin'), write, truncate: () => calls.push('truncate') };
  const targets = { file: target as unknown as WrittenFile, signature: undefined };
  const receiver = new Receiver([file], [targets], () => calls.push('abandon'));
  receiver.take({ ...started, type: 'started' });
  receiver.take({ type: 'data', file: 0, of: 'file', length: 5 });
  receiver.take({ type: 'bytes', file: 0, of: 'file', bytes: Buffer.alloc(5) });
  receiver.take({ type: 'complete', file: 0 });
  return { receiver, calls };
}

describe('the answer to a worker that asks about a file', () => {
  it('is the comparison, and a wrong file is discarded', () => {
    const { receiver, calls } = received(() => {});
    expect(receiver.judge(0, true)).toBe(true);
    expect(receiver.judge(0, undefined)).toBe(null);
    expect(receiver.judge(0, false)).toBe(false);
    receiver.take(wrong);
    expect(calls).toEqual(['begin', 'truncate']);
  });

  it('blames no server if the disk is full', () => {
    const { receiver, calls } = received(() => {
      throw new FetcherError('disk-full', 'the disk is full');
    });
    expect(receiver.judge(0, false)).toBe(null);
    expect(calls).toEqual(['begin', 'abandon']);
    expect(() => receiver.take(wrong)).toThrow('has not called so');
  });
});
