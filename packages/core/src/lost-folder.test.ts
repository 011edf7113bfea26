import { statSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { isFolderLost } from './lost-folder.js';

const error = (code: string, syscall: string) => Object.assign(new Error(code), { code, syscall });

function thrown(call: () => void): unknown {
  try {
    call();
  } catch (caught) {
    return caught;
  }
  return undefined;
}

describe('isFolderLost', () => {
  it('is what Node throws where the working directory is gone', () => {
    expect(isFolderLost(error('ENOENT', 'uv_cwd'))).toBe(true);
  });

  it.each([
    error('EACCES', 'uv_cwd'),
    thrown(() => statSync('/nonexistent')),
    new Error('uv_cwd'),
    undefined,
    'ENOENT',
  ])('is nothing else: %s', (other) => expect(isFolderLost(other)).toBe(false));
});
