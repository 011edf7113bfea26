import { refuse } from './errors.js';

/** What a value of a document may be. */
type Kind = 'number' | 'text' | 'texts' | 'numbers' | Part;
/** A list of objects with these keys; one that must be there ends with `!`. */
interface Part {
  readonly keys: Readonly<Record<string, Kind>>;
}

const list = (keys: Part['keys']): Part => ({ keys });

/** The schema of landlockconfig. */
const schema: Part = {
  keys: {
    abi: 'number',
    variable: list({ 'name!': 'text', literal: 'texts' }),
    ruleset: list({ handledAccessFs: 'texts', handledAccessNet: 'texts', scoped: 'texts' }),
    pathBeneath: list({ 'allowedAccess!': 'texts', 'parent!': 'texts' }),
    netPort: list({ 'allowedAccess!': 'texts', 'port!': 'numbers' }),
  },
};

/**
 * Checks a document, every part of it, before anything is read from it.
 *
 * @throws LandlockError `invalid-policy` for unknown or missing keys, values of another type and empty lists
 */
export function checkDocument(document: unknown): void {
  checkPart('the document', document, schema);
}

function checkPart(name: string, value: unknown, { keys }: Part): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) bad(`${name} is no object`);
  const kinds = new Map(Object.entries(keys).map(([key, kind]) => [key.replace('!', ''), kind]));
  for (const [key, part] of Object.entries(value) as [string, unknown][]) {
    const kind = kinds.get(key);
    if (kind === undefined) return bad(`${name} has an unknown key ${JSON.stringify(key)}`);
    checkValue(key, part, kind);
  }
  const missing = Object.keys(keys).find((key) => key.endsWith('!') && !Object.hasOwn(value, key.slice(0, -1)));
  if (missing !== undefined) bad(`${name} has no ${missing.slice(0, -1)}`);
}

function checkValue(key: string, value: unknown, kind: Kind): void {
  if (kind === 'number' || kind === 'text') {
    if (typeof value !== (kind === 'text' ? 'string' : kind)) bad(`${key} is ${JSON.stringify(value)}, no ${kind}`);
    return;
  }
  if (!Array.isArray(value) || value.length === 0) return bad(`${key} is no list, or an empty one`);
  for (const item of value as readonly unknown[]) {
    if (typeof kind === 'object') checkPart(key, item, kind);
    else checkValue(key, item, kind === 'texts' ? 'text' : 'number');
  }
}

function bad(what: string): never {
  return refuse(
    `this is no landlockconfig document: ${what}`,
    'Compare it with the schema of landlockconfig.',
    'config',
  );
}
