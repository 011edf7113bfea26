import { describe, expect, it } from 'vitest';

import { repeatedKey } from './repeated-key.js';

describe('repeatedKey', () => {
  it.each([
    ['{"a": 1, "a": 2}', '"a"'],
    ['{"b": {"a": 1, "c": [{"a": 1}], "a": 2}}', '"a"'],
    ['{"a": 1, "\\u0061": 2}', '"\\u0061"'],
    ['[{"__proto__": 1, "__proto__": 2}]', '"__proto__"'],
  ])('finds it in %s', (text, key) => {
    expect(() => JSON.parse(text) as unknown).not.toThrow();
    expect(repeatedKey(text)).toBe(key);
  });

  it.each([
    '{"a": {"a": {"a": 1}}, "b": [{"a": 1}, {"a": 2}]}',
    '{"a": "{\\"a\\": 1, \\"a\\": 2}"}',
    '["a", "a", ":"]',
    '{"a": "a", "b": "a"}',
    '"a"',
  ])('finds none in %s', (text) => {
    expect(() => JSON.parse(text) as unknown).not.toThrow();
    expect(repeatedKey(text)).toBeUndefined();
  });
});
