import { isDeepStrictEqual } from 'node:util';

import type { Schema } from '@sb/core/document';

import { policyReader } from '../../src/policy/documents.js';

/** What is named in a schema, defined once: the reader's own schema says it in full at each place. */
function hoisted(schema: Schema, definitions: Map<string, Schema>): Schema {
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, hoistedIn(value, definitions)]));
  const { title, description, ...named } = inner;
  if (typeof title !== 'string') return inner;
  if (!isDeepStrictEqual(definitions.get(title) ?? named, named)) throw new Error(`two schemas have the name ${title}`);
  definitions.set(title, named);
  return { $ref: `#/$defs/${title}`, ...(description === undefined ? {} : { description }) };
}

function hoistedIn(value: unknown, definitions: Map<string, Schema>): unknown {
  if (Array.isArray(value)) return value.map((one) => hoistedIn(one, definitions));
  return typeof value === 'object' && value !== null ? hoisted(value as Schema, definitions) : value;
}

const definitions = new Map<string, Schema>();
const whole = hoisted(policyReader.schema, definitions);

/** The JSON Schema of what `definePolicy` takes, from the reader itself; `schema/policy.schema.json` is this. */
export const policySchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Policy of @sb/sandbox',
  description: 'What createSandbox, definePolicy and sb-run --policy take. What is left out is as strict as it can be.',
  ...whole,
  dependentRequired: { groups: ['user'], privateGroup: ['user'], home: ['tmp'] },
  $defs: Object.fromEntries([...definitions].sort(([a], [b]) => (a < b ? -1 : 1))),
};
