import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

type Callback = Parameters<LookupFunction>[2];

/**
 * Makes a look-up of names that asks once for those who want the same at the same time. getaddrinfo(3) keeps a thread
 * until the name servers have answered or have been silent for long, also after a connection was given up: without this,
 * one name that nobody answers for takes all threads, and no other name is resolved.
 *
 * @param lookup - what asks. Default: Node's own, which is getaddrinfo(3)
 */
export function sharedLookup(lookup: LookupFunction = systemLookup): LookupFunction {
  const underWay = new Map<string, Callback[]>();
  return (hostname, options, callback) => {
    const { family, hints, all, order } = options;
    const key = JSON.stringify([hostname, family, hints, all, order]);
    const waiting = underWay.get(key);
    if (waiting !== undefined) {
      waiting.push(callback);
      return;
    }
    const callbacks = [callback];
    underWay.set(key, callbacks);
    lookup(hostname, options, (...answer) => {
      underWay.delete(key);
      for (const one of callbacks) one(...answer);
    });
  };
}
