import type { Parts, Reader } from '@sb/core/document';

import { Mistakes, type Take } from './option-mistakes.js';
import type { SamplePlace } from './sample-place.js';

/** Options of one function, with what is needed to try each of them. */
export interface OptionTable {
  /** What reads them. */
  readonly reader: Reader;
  /** Values that are taken, which together have every option of every form. */
  readonly samples: readonly object[];
  /** Hands a value to the function that is tried; it throws where the value is refused. */
  readonly take: Take;
  /** What errors call the whole value. Default: nothing, so that keys stand alone. */
  readonly root?: string;
}

/** What the walk over a table found. */
export interface OptionWalk {
  /** How many mistakes were tried. */
  readonly tried: number;
  /** Each mistake that passed or was refused in other words, and each option that no sample has. Empty: all is well. */
  readonly faults: readonly string[];
}

/**
 * Makes every mistake at every place of some options, one at a time, and examines the error. The mistakes of keys are an
 * unknown key, a key with a letter too many, and an inherited key. Those of values are `undefined`, `null`, another kind, a
 * nesting without end, a list or text that is too long, and a hole. Each must be refused in the one wording, with the path
 * of its place.
 *
 * @param table - the options
 */
export function walkOptions({ reader, samples, take, root = '' }: OptionTable): OptionWalk {
  const mistakes = new Mistakes(take);
  const seen = new Map<Parts, Set<string>>();
  for (const sample of samples) {
    if (!mistakes.expectTaken(sample, 'a sample')) continue;
    mistakes.ofKind(root, (value) => value, { mayBeUndefined: true });
    visit(reader, { value: sample, path: root, inPlace: (value) => value });
  }
  return { tried: mistakes.tried, faults: [...mistakes.faults, ...unseen(reader, seen, root)] };

  function visit(at: Reader, here: SamplePlace): void {
    const { parts } = at;
    if (parts === undefined) return mistakes.ofText(at.schema, here);
    if (parts.kind === 'forms') {
      const form = parts.formOf(here.value);
      if (form !== undefined) visit(form, here);
    } else if (parts.kind === 'list') visitList(parts, here);
    else if (parts.kind === 'record') visitRecord(parts, here);
    else visitObject(parts, here);
  }

  function visitList({ entry, max }: PartsOf<'list'>, here: SamplePlace): void {
    const list = here.value as readonly unknown[];
    mistakes.ofLength(here, max);
    list.forEach((value, index) => {
      const inPlace = (one: unknown): unknown => here.inPlace(list.with(index, one));
      below(entry, { value, path: `${here.path}[${index}]`, inPlace });
    });
  }

  function visitRecord({ entry, undefinedIsAbsent }: PartsOf<'record'>, here: SamplePlace): void {
    mistakes.ofPrototype(here);
    const entries = Object.entries(here.value as object);
    for (const [key, value] of entries) below(entry, keyOf(here, key, value), undefinedIsAbsent);
  }

  function visitObject(parts: PartsOf<'object'>, here: SamplePlace): void {
    const { options, others } = parts;
    mistakes.ofPrototype(here);
    mistakes.ofKeys(here, [...options.keys()]);
    const known = seen.get(parts) ?? new Set<string>();
    seen.set(parts, known);
    for (const [key, value] of Object.entries(here.value as object)) {
      known.add(key);
      const option = options.get(key);
      const inner = option?.reader ?? others;
      if (inner !== undefined) below(inner, keyOf(here, key, value), option?.undefinedIsAbsent === true);
    }
  }

  function below(at: Reader, here: SamplePlace, mayBeUndefined = false): void {
    mistakes.ofKind(here.path, here.inPlace, { mayBeUndefined });
    if (mayBeUndefined) mistakes.expectTaken(here.inPlace(undefined), `${here.path}: undefined, which may be there`);
    visit(at, here);
  }
}

type PartsOf<Kind extends Parts['kind']> = Extract<Parts, { readonly kind: Kind }>;

function keyOf(here: SamplePlace, key: string, value: unknown): SamplePlace {
  const step = /^[$\w-]+$/.test(key) ? `${here.path === '' ? '' : '.'}${key}` : `[${JSON.stringify(key)}]`;
  const inPlace = (one: unknown): unknown => here.inPlace({ ...(here.value as object), [key]: one });
  return { value, path: `${here.path}${step}`, inPlace };
}

/** Options that no sample has: nothing is known of them. */
function unseen(reader: Reader, seen: ReadonlyMap<Parts, ReadonlySet<string>>, path: string): readonly string[] {
  const visited = new Set<Parts>();
  const look = ({ parts }: Reader, at: string): readonly string[] => {
    if (parts === undefined || visited.has(parts)) return [];
    visited.add(parts);
    if (parts.kind === 'list' || parts.kind === 'record') return look(parts.entry, `${at}[]`);
    if (parts.kind === 'forms') return parts.forms.flatMap((form) => look(form, at));
    return [...parts.options].flatMap(([key, { reader: inner }]) => {
      const deeper = look(inner, `${at}.${key}`);
      return seen.get(parts)?.has(key) === true ? deeper : [`no sample has ${at}.${key}`].concat(deeper);
    });
  };
  return look(reader, path);
}
