/** A table of what rules of proxies may contain. */
import { kind, list, object, type Reader, required, text, withSchema } from '@sb/core/document';

import type { ProxyRules } from './proxies.js';

const proxyOrNone: Reader<string | null> = kind({
  expected: 'the URL of a proxy or null',
  schema: { type: ['string', 'null'] },
  is: (value) => typeof value === 'string' || value === null,
});

const rules = object<ProxyRules>({
  http: required(proxyOrNone),
  https: required(proxyOrNone),
  except: required(list(text(), { what: 'a list of hosts' })),
});

/** Rules of `proxiesOf`, as a whole. Null is a value in them, and means no proxy. */
export const proxyRulesReader: Reader<ProxyRules> = withSchema(
  {
    expected: rules.expected,
    accepts: (value) => rules.accepts(value),
    read: (value, place) => rules.read(value, place),
  },
  () => rules.schema,
);
