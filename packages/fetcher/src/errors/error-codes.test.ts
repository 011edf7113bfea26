/* A code is added in one table. What people read of it, and whether anything gives it at all, is compared with that. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { errorCodes, failureKinds, hostErrorsOf, isAnswer, isFinal } from './error-codes.js';

const source = join(import.meta.dirname, '..');
const codes = Object.keys(errorCodes).sort();

/** Where sources name a code: as it is thrown, as one of two, or by what an error of Node means. */
const naming = [
  /(?:TransferFailure|FetcherError|super)\(\s*'([a-z-]+)'/g,
  /\? '([a-z-]+)' : '[a-z-]+'/g,
  /\? '[a-z-]+' : '([a-z-]+)'/g,
  /^ +(?:\[\/.*\/, )?'([a-z-]+)',(?: \(|$)/gm,
];

/** The codes that sources give, sorted; other words may be among them. */
function givenCodes(): readonly string[] {
  const names = readdirSync(source, { recursive: true, encoding: 'utf8' });
  const texts = names
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(source, name), 'utf8'));
  return texts.flatMap((text) => naming.flatMap((pattern) => [...text.matchAll(pattern)].map(([, code = '']) => code)));
}

describe('an error code', () => {
  it('is in README.md, with its meaning', () => {
    const readme = readFileSync(join(source, '../README.md'), 'utf8');
    const rows = [...readme.matchAll(/^\| `([a-z-]+)` +\| (source|file|all) +\| (.*?) +\|$/gm)].map(
      ([, ...cells]) => cells,
    );
    expect(rows).toEqual(Object.entries(errorCodes).map(([code, { of, meaning }]) => [code, of, meaning]));
  });

  it('is used in a source', () => {
    const given = new Set(givenCodes());
    expect(codes.filter((code) => !given.has(code))).toEqual([]);
  });

  it('can come from a worker, or from its parent only', () => {
    const byParent = ['cancelled', 'disk-full', 'invalid-request', 'sandbox', 'worker-died', 'worker-lied'];
    expect([...failureKinds, ...byParent].sort()).toEqual([...codes, 'skipped'].sort());
  });

  it('counts against a host, ends a file and is an answer as in pacman', () => {
    const counted = failureKinds.filter((kind) => hostErrorsOf(kind) > 0).sort();
    expect(counted).toEqual(['connect', 'dns', 'http', 'protocol', 'tls', 'too-slow', 'truncated']);
    expect(hostErrorsOf('dns')).toBe(Infinity);
    expect(failureKinds.filter(isFinal).sort()).toEqual(['file', 'timeout']);
    expect(failureKinds.filter(isAnswer).sort()).toEqual(['http', 'protocol', 'truncated']);
  });
});
