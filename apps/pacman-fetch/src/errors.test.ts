/* What people read of exit statuses is compared with the table. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { SandboxError } from '@sb/core';
import { describe, expect, it } from 'vitest';

import { help } from './arguments.js';
import { exitStatus, failureFrom } from './errors.js';

const read = (file: string): string => readFileSync(join(import.meta.dirname, '..', file), 'utf8');

const own = Object.values(exitStatus);
/** Of the starter, and of signals. */
const others = [127, 129, 130, 143];

function numbers(text: string, pattern: RegExp): readonly number[] {
  return [...text.matchAll(pattern)].map(([, number]) => Number(number));
}

describe('the exit statuses', () => {
  it('are those of the man page', () => {
    const [, section = ''] = /^## EXIT STATUS$(.*?)^## /ms.exec(read('man/pacman-fetch.8.md')) ?? [];
    expect(numbers(section, /\*\*(\d+)\*\*/g)).toEqual([...own, ...others]);
  });

  it('are those of README.md', () => {
    const [, section = ''] = /^## Exit status$(.*?)^## /ms.exec(read('README.md')) ?? [];
    expect(numbers(section, /\b(\d+)\b/g)).toEqual([...own, ...others]);
  });

  it('are those of the help', () => {
    const [, line = ''] = /^Exit status: (.*)$/m.exec(help()) ?? [];
    expect(numbers(line, /(\d+)/g)).toEqual(own);
  });
});

describe('an installation without a native part', () => {
  it('is a failure of the sandbox with its remedy, and not unexpected', () => {
    const details = { what: 'it could not be loaded', hint: 'Install it again.' };
    const error = new SandboxError({ code: 'prebuild-missing', layer: 'caps', step: 'load-addon', ...details });
    const { kind, message, hint } = failureFrom(error);
    expect({ kind, message, hint }).toEqual({
      kind: 'sandbox',
      message: 'caps: it could not be loaded',
      hint: details.hint,
    });
    expect(failureFrom(new TypeError('another')).message).toBe('unexpected error: TypeError: another');
  });
});
