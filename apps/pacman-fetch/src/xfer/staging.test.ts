import { existsSync, lchownSync, mkdirSync, symlinkSync } from 'node:fs';

import { missing, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { processMark } from '../process-mark.js';
import { removeAbandoned } from './staging.js';

describe.skipIf(missing('root', 'linux'))('what a killed run has left', () => {
  it('is not removed where somebody else’s link leads', () => {
    using folder = temporaryFolder();
    const left = `pacman-fetch-${processMark().replace(/-\d+-/, '-1-')}-abcdef`;
    mkdirSync(folder.file('cache', left), { recursive: true });
    symlinkSync('cache', folder.file('link'));
    lchownSync(folder.file('link'), 65_534, 65_534);
    removeAbandoned(folder.file('link'));
    expect(existsSync(folder.file('cache', left))).toBe(true);
    // The twin: by root's own.
    lchownSync(folder.file('link'), 0, 0);
    removeAbandoned(folder.file('link'));
    expect(existsSync(folder.file('cache', left))).toBe(false);
  });
});
