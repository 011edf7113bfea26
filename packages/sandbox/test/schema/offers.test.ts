/* What an editor can offer by the schema, and that the schema says nothing twice. */
import { describe, expect, it } from 'vitest';

import type { Schema } from '@sb/core/document';
import { words } from './words.js';
import { policySchema } from './policy-schema.js';

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null;

/** The forms that a value may have: an editor follows references and alternatives. */
function formsOf(schema: unknown): readonly Schema[] {
  if (!isSchema(schema)) return [];
  const { $ref, anyOf = [], allOf = [] } = schema as { $ref?: string; anyOf?: Schema[]; allOf?: Schema[] };
  const defined = (policySchema['$defs'] as Readonly<Record<string, Schema>>)[$ref?.replace('#/$defs/', '') ?? ''];
  return [schema, ...[defined, ...anyOf, ...allOf].flatMap(formsOf)];
}

const below = (schemas: readonly Schema[], key: string): readonly Schema[] =>
  schemas
    .flatMap((one) => (key === '[]' ? [one['items']] : [(one['properties'] as Schema | undefined)?.[key]]))
    .flatMap(formsOf);

const at = (...path: readonly string[]): readonly Schema[] => path.reduce(below, formsOf(policySchema));

const wordsAt = (...path: readonly string[]): readonly unknown[] =>
  at(...path).flatMap((one) => ('const' in one ? [one['const']] : ((one['enum'] as unknown[] | undefined) ?? [])));

const keysAt = (...path: readonly string[]): readonly string[] => [
  ...new Set(at(...path).flatMap((one) => Object.keys((one['properties'] as Schema | undefined) ?? {}))),
];

describe('the schema', () => {
  it.each([
    [['seccomp', 'rules', '[]', 'when', '[]', 'compare'], words.comparisons],
    [['seccomp', 'rules', '[]', 'syscall'], words.syscalls],
    [
      ['seccomp', 'deny', '[]'],
      [...words.groups, ...words.syscalls],
    ],
    [['seccomp', 'sockets', '[]'], words.families],
    [['landlock', 'handle', '[]'], words.fsRights],
    [['caps', 'keep', '[]'], words.capabilities.filter((name) => !/\d/.test(name))],
  ])('offers every word at %j, once', (path, expected) => {
    const inOrder = (all: readonly unknown[]) => all.map(String).toSorted();
    expect(inOrder(wordsAt(...path))).toEqual(inOrder(expected));
  });

  it.each([
    [
      ['landlock', 'paths', '[]'],
      ['ro', 'rx', 'rw', 'rwx', 'list', 'paths', 'rights'],
    ],
    [
      ['seccomp', 'rules', '[]', 'when', '[]'],
      ['compare', 'arg', 'value', 'mask'],
    ],
    [
      ['seccomp', 'denied'],
      ['action', 'errno', 'data'],
    ],
  ])('offers every key at %j', (path, expected) => {
    expect(keysAt(...path)).toEqual(expect.arrayContaining(expected));
  });

  it('says nothing long twice', () => {
    const places = new Map<string, string[]>();
    const walk = (value: unknown, place: string): void => {
      if (!isSchema(value)) return;
      const text = JSON.stringify(value);
      if (text.length > 150) places.set(text, [...(places.get(text) ?? []), place]);
      for (const [key, part] of Object.entries(value)) walk(part, `${place}/${key}`);
    };
    walk(policySchema, '#');
    expect([...places.values()].filter((found) => found.length > 1)).toEqual([]);
  });
});
