import { refuse } from './errors.js';

/** What a value of a document may be. */
type Kind = 'number' | 'text' | 'texts' | 'numbers' | Part;
/** A list of objects with these keys; one that must be there ends with `!`. */
interface Part {
  readonly keys: Readonly<Record<string, Kind>>;
  /** Whether an object without any key is refused. */
  readonly isFilled?: boolean;
}

const list = (keys: Part['keys'], isFilled = false): Part => ({ keys, isFilled });

/** The schema of landlockconfig. */
const schema: Part = {
  keys: {
    abi: 'number',
    variable: list({ 'name!': 'text', literal: 'texts' }),
    ruleset: list({ handledAccessFs: 'texts', handledAccessNet: 'texts', scoped: 'texts' }, true),
    pathBeneath: list({ 'allowedAccess!': 'texts', 'parent!': 'texts' }),
    netPort: list({ 'allowedAccess!': 'texts', 'port!': 'numbers' }),
  },
};

/**
 * Checks a document, every part of it, before anything is read from it.
 *
 * @throws LandlockError `invalid-policy` for unknown or missing keys, values of another type and empty lists; it names
 *   the place, for instance `netPort[1].host`
 */
export function checkDocument(document: unknown): void {
  checkPart('', document, schema);
}

function checkPart(place: string, value: unknown, { keys, isFilled = false }: Part): void {
  const name = place === '' ? 'the document' : place;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) bad(`${name} is no object`);
  const kinds = new Map(Object.entries(keys).map(([key, kind]) => [key.replace('!', ''), kind]));
  for (const [key, part] of Object.entries(value) as [string, unknown][]) {
    const inner = place === '' ? key : `${place}.${key}`;
    const kind = kinds.get(key);
    if (kind === undefined) return bad(`${inner} is unknown; ${name} may have ${[...kinds.keys()].join(', ')}`);
    checkValue(inner, part, kind);
  }
  const missing = Object.keys(keys).find((key) => key.endsWith('!') && !Object.hasOwn(value, key.slice(0, -1)));
  if (missing !== undefined) bad(`${name} has no ${missing.slice(0, -1)}`);
  if (isFilled && Object.keys(value).length === 0) bad(`${name} is empty`);
}

function checkValue(place: string, value: unknown, kind: Kind): void {
  if (kind === 'number' || kind === 'text') {
    if (typeof value !== (kind === 'text' ? 'string' : kind)) bad(`${place} is ${JSON.stringify(value)}, no ${kind}`);
    return;
  }
  if (!Array.isArray(value) || value.length === 0) return bad(`${place} is no list, or an empty one`);
  for (const [index, item] of (value as readonly unknown[]).entries()) {
    const inner = `${place}[${index}]`;
    if (typeof kind === 'object') checkPart(inner, item, kind);
    else checkValue(inner, item, kind === 'texts' ? 'text' : 'number');
  }
}

function bad(what: string): never {
  return refuse(
    `this is no landlockconfig document: ${what}`,
    'Compare it with the schema of landlockconfig.',
    'config',
  );
}
