import { describe, expect, it } from 'vitest';

import type { Sink } from '../source/sink.js';
import { Race, type Runner } from './race.js';

const file = Buffer.from('0123456789'.repeat(10_000));
const facts = { total: file.length, lastModified: 1000, isAppended: false };

/** A race, what was written, and what was said of it. */
function raced({ mayBeginAnew = true } = {}) {
  let written = Buffer.alloc(0);
  const said: string[] = [];
  const sink: Sink = {
    get position() {
      return written.length;
    },
    begin: (isAppended) => {
      if (!isAppended) written = Buffer.alloc(0);
    },
    write: (chunk) => void (written = Buffer.concat([written, chunk])),
  };
  const race = new Race({
    sink,
    mayBeginAnew,
    onLead: (source, { isAppended }) => said.push(`${source} ${isAppended ? 'goes on' : 'begins'}`),
    onWithdrawn: (source, { message }) => said.push(`${source} is out: ${message}`),
  });
  return { race, said, written: () => written };
}

/** A source sends some of the file, from where it is. */
const send = (runner: Runner, bytes: number): void => {
  void runner.write(file.subarray(runner.position, runner.position + bytes));
};
const start = (runner: Runner, isAppended: boolean, odd: object = {}): void => {
  runner.begin(isAppended);
  runner.start({ ...facts, isAppended, ...odd });
};

describe('a race', () => {
  it('writes the leading bytes once, from any source', () => {
    const { race, said, written } = raced();
    const one = race.enter(0, () => false);
    start(one, false);
    send(one, 1000);
    const other = race.enter(1, () => true);
    start(other, true);
    send(one, 10);
    send(other, 500);
    send(one, 1000);
    send(other, file.length);
    expect(written().equals(file)).toBe(true);
    expect(said).toEqual(['0 begins', '1 goes on', '0 goes on', '1 goes on']);
    expect([one.twice, other.twice]).toEqual([490, 10 + 510]);
  });

  it('abandons a trailing source while the other does well, after a fortieth of the file', () => {
    const { race, said, written } = raced();
    const one = race.enter(0, () => false);
    start(one, false);
    send(one, 10);
    const other = race.enter(1, () => true);
    start(other, true);
    send(other, 50_000);
    for (let at = 0; at < 50; at++) send(one, 500);
    expect(said.at(-1)).toBe('0 is out: the other source is ahead');
    expect(one.twice).toBeLessThan(17_000);
    send(one, 80_000);
    expect(written()).toHaveLength(50_010);
  });

  it('abandons an unnecessary source after the first has recovered', () => {
    const { race, said } = raced();
    const one = race.enter(0, () => true);
    start(one, false);
    const other = race.enter(1, () => true);
    expect(() => start(other, true)).toThrow('the other source continues');
    expect(said).toEqual(['0 begins', '1 is out: the other source continues']);
  });

  it('refuses the rest of a different file', () => {
    const { race } = raced();
    const one = race.enter(0, () => false);
    start(one, false);
    send(one, 1000);
    const other = race.enter(1, () => true);
    expect(() => start(other, true, { total: 5 })).toThrow('differs from that of the other sources');
  });

  it('takes a different file as a whole, and drops the first, unless the written bytes cannot be revoked', () => {
    const { race, said, written } = raced();
    const one = race.enter(0, () => false);
    start(one, false);
    send(one, 1000);
    const other = race.enter(1, () => true);
    start(other, false, { lastModified: 2000 });
    send(one, 1000);
    expect(written()).toHaveLength(0);
    expect(said.slice(1)).toEqual(['0 is out: another source has the current file', '1 begins']);
    const strict = raced({ mayBeginAnew: false });
    const first = strict.race.enter(0, () => false);
    start(first, false);
    send(first, 10);
    strict.race.leave(first);
    const second = strict.race.enter(1, () => true);
    expect(() => start(second, false, { lastModified: 2000 })).toThrow('differs from that of the other sources');
  });

  it('takes the same file from its start if a server has no ranges, without existing bytes', () => {
    const { race, said, written } = raced({ mayBeginAnew: false });
    const one = race.enter(0, () => false);
    start(one, false);
    send(one, 1000);
    race.leave(one);
    const other = race.enter(1, () => true);
    start(other, false);
    send(other, file.length);
    expect(written().equals(file)).toBe(true);
    expect(said).toEqual(['0 begins', '1 goes on']);
  });
});
