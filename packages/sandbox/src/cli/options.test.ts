import { shells } from '@sb/cli-kit';
import { presets } from '@sb/seccomp';
import { describe, expect, it } from 'vitest';

import { filesystemPresets } from '../policy/landlock-document.js';
import { profileNames } from '../profile/profile.js';
import { levelLayers } from '../policy/levels.js';
import { help } from './help.js';
import { optionNames, optionOf, options } from './options.js';

describe('the help', () => {
  const lines = help.split('\n');

  it('fits a screen of 24 lines and 80 columns', () => {
    expect(help.endsWith('.\n')).toBe(true);
    expect(lines.length - 1).toBeLessThanOrEqual(24);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  it('names every option, and no other', () => {
    const named = [...help.matchAll(/--([a-z][a-z-]*\??)/g)].map(([, name = '']) => name);
    expect(named).toEqual([...new Set(named)]);
    expect(new Set(named)).toEqual(new Set<string>(optionNames));
  });
});

describe('the words that completions offer', () => {
  it('are those that the layers take', () => {
    expect(options.fs.words).toEqual(filesystemPresets);
    expect(options.profile.words).toEqual(profileNames);
    expect(options.completion.words).toEqual(shells);
    expect(options.seccomp.offers).toEqual([...Object.keys(presets), 'off']);
    expect(options.require.offers).toEqual(levelLayers);
    expect(options.prefer.offers).toEqual(levelLayers);
    expect(options.off.offers).toEqual(levelLayers.filter((layer) => layer !== 'process'));
  });

  it('need no quotes in a shell', () => {
    for (const name of optionNames) {
      const { about, words = [], offers = [] } = optionOf(name);
      expect(about).toMatch(/^[\w ,@.'-]+$/);
      for (const word of [...words, ...offers]) expect(word).toMatch(/^[a-z_-]+$/);
    }
  });
});
