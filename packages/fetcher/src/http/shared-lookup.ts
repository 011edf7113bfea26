import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

type Callback = Parameters<LookupFunction>[2];

/** Node loads `dns` for the first name: a server may be an address. */
const ofSystem: LookupFunction = (...query) => systemLookup(...query);

/**
 * Returns a look-up of names that makes one query for simultaneous requests of the same name. getaddrinfo(3) occupies a
 * thread until the name servers have answered or time out, even after the connection was abandoned. Without sharing,
 * one unanswered name would take all threads, and no other name would be resolved.
 *
 * @param lookup - makes the queries. Default: Node's own, which is getaddrinfo(3)
 */
export function sharedLookup(lookup: LookupFunction = ofSystem): LookupFunction {
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
