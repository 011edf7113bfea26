import { writeFileSync } from 'node:fs';

import { temporaryFolder } from '@sb/test-kit';
import { afterAll, describe, expect, it } from 'vitest';

import { cachedIn, codeCachePath, runCached, scriptOf } from './code-cache.js';
import { wholeCodeCache } from './whole-code-cache.js';

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());

const source = `globalThis.sbWhole = 'ran'; globalThis.sbLater = function () { return function () { return 'never called'; }; };`;
let count = 0;

/** The cache that V8 makes by itself, of a source that it has not seen: it keeps for itself what it has compiled. */
function lazy(): Buffer {
  return scriptOf(folder.file('lazy.cjs'), Buffer.from(`${source}// ${count++}`)).createCachedData();
}

const ran = globalThis as { sbWhole?: string };

describe('a whole code cache', () => {
  it('has functions that nobody calls, is accepted, and was made without running the program', () => {
    const program = folder.file('program.cjs');
    writeFileSync(program, source);
    delete ran.sbWhole;
    const whole = wholeCodeCache(program);
    expect(ran.sbWhole).toBeUndefined();
    // The source in it has these words once, and so does a function that was compiled.
    const words = (bytes: Buffer): number => bytes.toString('latin1').split('never called').length - 1;
    expect(words(whole)).toBe(2);
    expect(words(lazy())).toBe(0);
    const cached = cachedIn(whole, Buffer.from(source));
    expect(scriptOf(program, Buffer.from(source), cached).cachedDataRejected).toBe(false);
    writeFileSync(codeCachePath(program), whole);
    runCached(program);
    expect(ran.sbWhole).toBe('ran');
  });

  it('leaves V8 as it was, also after a program that it cannot compile', () => {
    const program = folder.file('broken.cjs');
    writeFileSync(program, 'return return');
    expect(() => wholeCodeCache(program)).toThrow(SyntaxError);
    expect(lazy().toString('latin1')).not.toContain('never called');
  });
});
