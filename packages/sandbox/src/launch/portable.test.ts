import { describe, expect, it } from 'vitest';

import { parsePortable } from './portable.js';

describe('parsePortable', () => {
  it('reads the ids that a child said of itself', () => {
    expect(parsePortable('954 954 955 955 955\nready\n')).toMatchObject({
      kind: 'executed',
      task: { uid: [954, 954, 954, 954], gid: [955, 955, 955, 955], groups: [] },
    });
  });

  it('keeps real and effective ids apart, and every further group', () => {
    expect(parsePortable('0 954 0 955 955 0 27\nready\n')).toMatchObject({
      task: { uid: [0, 954, 954, 954], gid: [0, 955, 955, 955], groups: [0, 27] },
    });
  });

  it('knows a child that did not get to the target from one that said nothing', () => {
    expect(parsePortable('0 0 0 0 0\n')).toMatchObject({ kind: 'failed', layer: 'privdrop', step: 'verify' });
    for (const said of ['', '\n', 'ready\n', '1 2 3\nready\n', 'a b c d\nready\n']) {
      expect(parsePortable(said), said).toEqual({ kind: 'lost' });
    }
  });
});
