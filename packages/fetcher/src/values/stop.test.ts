import { describe, expect, it } from 'vitest';

import { Stop, stopOf } from './stop.js';

const [one, other] = [new Error('one'), new Error('other')];

describe('a stop', () => {
  it('stops once, and tells its reason to those that still listen', () => {
    const stop = new Stop();
    const heard: Error[] = [];
    const forgotten = (reason: Error): void => void heard.push(reason);
    stop.listen((reason) => heard.push(reason));
    stop.listen(forgotten);
    stop.forget(forgotten);
    expect(stop.reason).toBeUndefined();
    for (const reason of [one, other]) stop.stop(reason);
    expect({ heard, reason: stop.reason }).toEqual({ heard: [one], reason: one });
  });

  it('is stopped by those above it, until it is disposed of', () => {
    const above = [new Stop(), new Stop()];
    const below = new Stop(...above);
    const gone = new Stop(...above);
    gone[Symbol.dispose]();
    above[1]?.stop(one);
    above[0]?.stop(other);
    expect([below.reason, gone.reason]).toEqual([one, undefined]);
    expect(new Stop(new Stop(), ...above).reason).toBe(other);
  });

  it('follows a signal, before and after it is aborted', () => {
    const controller = new AbortController();
    const stop = stopOf(controller.signal);
    expect(stop.reason).toBeUndefined();
    controller.abort(one);
    expect([stop.reason, stopOf(controller.signal).reason]).toEqual([one, one]);
  });
});
