import { describe, expect, it } from 'vitest';

import { strangersIn } from '../shipped-imports.mjs';

const manifest = { name: '@sb/a', dependencies: { '@sb/core': '0.1.0' } };

describe('what is built', () => {
  it.each([
    'import { x } from "@sb/core/document";',
    'import "node:fs"; import y from "fs/promises";',
    'const z = await import("./chunk.js"); import("@sb/a/schema.json")',
    'Buffer.from("ustar"); x.import("ustar")',
  ])('may say %s', (text) => {
    expect(strangersIn(text, manifest)).toEqual([]);
  });

  it.each([
    ['import{x}from"@sb/cli-kit";', '@sb/cli-kit'],
    ["export * from '@sb/probe/x';", '@sb/probe'],
    ['await import("undici")', 'undici'],
  ])('may not say %s', (text, stranger) => {
    expect(strangersIn(text, manifest)).toEqual([stranger]);
  });
});
