/* The compilers see the declarations of what is installed: a wrong one is an error. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { compilers, problemOfConsumer, writeConsumers } from '../src/consumers.mjs';

const socket = "import type { Socket } from 'node:net';\nexport declare const socket: Socket;\n";

/** What TypeScript says of a program that uses a package with these declarations. */
function said(declarations: string, compiler: keyof typeof compilers = 'TypeScript 5'): string | undefined {
  using folder = temporaryFolder();
  const place = folder.file('node_modules/a');
  mkdirSync(place, { recursive: true });
  const exports = { '.': { types: './index.d.ts', default: './index.js' } };
  writeFileSync(join(place, 'package.json'), JSON.stringify({ name: 'a', type: 'module', exports }));
  writeFileSync(join(place, 'index.d.ts'), declarations);
  writeConsumers(['a'], folder.path);
  return problemOfConsumer(compilers[compiler], 'nodenext', folder.path);
}

describe('a program in TypeScript', () => {
  it('takes declarations that are whole, Node’s types included', () => {
    expect(said(socket, 'TypeScript 5')).toBeUndefined();
    expect(said(`/// <reference types="node" />\n${socket}`, 'TypeScript 7')).toBeUndefined();
  }, 60_000);

  it('finds those of Node with TypeScript 7 only where they are named', () => {
    expect(said('export declare const url: URL;\n', 'TypeScript 7')).toContain("Cannot find name 'URL'");
  }, 60_000);

  it('does not take those that name what is not installed', () => {
    expect(said("import type { X } from '@sb/native';\nexport declare const x: X;\n")).toContain(
      "Cannot find module '@sb/native'",
    );
  }, 60_000);
});
