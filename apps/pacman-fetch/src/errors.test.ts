/* What people read of exit statuses is compared with the table. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { help } from './arguments.js';
import { exitStatus } from './errors.js';

const read = (file: string): string => readFileSync(join(import.meta.dirname, '..', file), 'utf8');

const own = Object.values(exitStatus);
const signals = [129, 130, 143];

function numbers(text: string, pattern: RegExp): readonly number[] {
  return [...text.matchAll(pattern)].map(([, number]) => Number(number));
}

describe('the exit statuses', () => {
  it('are those of the man page', () => {
    const [, section = ''] = /^## EXIT STATUS$(.*?)^## /ms.exec(read('man/pacman-fetch.8.md')) ?? [];
    expect(numbers(section, /\*\*(\d+)\*\*/g)).toEqual([...own, ...signals]);
  });

  it('are those of README.md', () => {
    const [, section = ''] = /^## Exit status$(.*?)^## /ms.exec(read('README.md')) ?? [];
    expect(numbers(section, /\b(\d+)\b/g)).toEqual([...own, ...signals]);
  });

  it('are those of the help', () => {
    const [, line = ''] = /^Exit status: (.*)$/m.exec(help()) ?? [];
    expect(numbers(line, /(\d+)/g)).toEqual(own);
  });
});
