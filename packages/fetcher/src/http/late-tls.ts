import type * as Tls from 'node:tls';

/** `node:tls`, loaded when it is first needed: it takes two milliseconds, and many mirrors have no TLS. */
export function lateTls(): typeof Tls {
  return process.getBuiltinModule('node:tls');
}
