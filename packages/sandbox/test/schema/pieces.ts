/** A JSON Schema, or a part of one. */
export type Schema = Readonly<Record<string, unknown>>;

/** A text that is not empty and holds no NUL. */
export const text: Schema = { type: 'string', pattern: '^[^\\u0000]+$' };

/** One of some words. */
export function oneOf(words: readonly string[]): Schema {
  return { enum: words };
}

/** An integer within bounds, both included. */
export function integer(minimum: number, maximum: number): Schema {
  return { type: 'integer', minimum, maximum };
}

/** A list of such entries. */
export function listOf(items: Schema): Schema {
  return { type: 'array', items };
}

/** An object with these properties and no other. */
export function closed(properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema {
  return { type: 'object', properties, additionalProperties: false, ...(required.length > 0 ? { required } : {}) };
}
