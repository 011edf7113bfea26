import { mkdirSync, rmSync, writeFileSync } from 'node:fs';

import { temporaryFolder } from '@sb/test-kit';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';

import { listing } from '../../src/commands/conf-listing.js';
import { loadConfiguration } from '../../src/config/configuration.js';
import { ConfigError } from '../../src/config/problem.js';
import { readSections } from '../../src/config/sections.js';
import { manner, plausible, sections, written } from './generated.js';

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());

const file = folder.file('pacman.conf');

/** What was read, without places. */
function read(text: string | Buffer) {
  writeFileSync(file, text);
  return readSections(file);
}

describe('readSections', () => {
  it('reads what was meant, with the line of each part, however it is spaced', () => {
    fc.assert(
      fc.property(sections, manner, (meant, how) => {
        const { text, numbers } = written(meant, how);
        const { sections: found, problems } = read(text);
        expect(problems).toEqual([]);
        expect(
          found.map(({ name, directives }) => ({
            name,
            directives: directives.map(({ key, value }) => ({ key, value })),
          })),
        ).toEqual(meant);
        expect(
          found
            .map((one) => [one, one.directives])
            .flat(2)
            .map(({ line }) => line),
        ).toEqual(numbers);
      }),
      { numRuns: 500 },
    );
  });

  it('reads the same wherever the lines are cut into files that are included', () => {
    fc.assert(
      fc.property(sections, manner, fc.array(fc.nat(50), { maxLength: 8 }), (meant, how, cuts) => {
        const { text } = written(meant, { ...how, end: '\n' });
        const whole = read(text).sections;
        const lines = text.split('\n');
        const at = [...new Set(cuts)].map((cut) => Math.min(cut, lines.length)).sort((a, b) => a - b);
        const bounds = [0, ...at, lines.length];
        rmSync(folder.file('parts'), { recursive: true, force: true });
        mkdirSync(folder.file('parts'));
        for (const [index, from] of bounds.slice(0, -1).entries()) {
          const part = lines.slice(from, bounds[index + 1]).join('\n');
          writeFileSync(folder.file('parts', `${String(index).padStart(3, '0')}.conf`), part);
        }
        const bare = (from: typeof whole) =>
          from.map(({ name, directives }) => [name, directives.map(({ key, value }) => [key, value])]);
        expect(bare(read(`Include = ${folder.path}/parts/*.conf\n`).sections)).toEqual(bare(whole));
      }),
      { numRuns: 100 },
    );
  });
});

describe('conf', () => {
  const printed = async (text: string) => {
    writeFileSync(file, text);
    const lines = listing(await loadConfiguration({ config: file }), false);
    return `${lines.slice(0, lines.indexOf('[pacman-fetch]')).join('\n')}\n`;
  };

  it('prints a configuration that is printed the same again', async () => {
    await fc.assert(
      fc.asyncProperty(plausible, async (text) => {
        let once: string;
        try {
          once = await printed(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
          return;
        }
        expect(await printed(once)).toBe(once);
      }),
      { numRuns: 200 },
    );
  });

  it('names for every problem a line that is there', async () => {
    await fc.assert(
      fc.asyncProperty(plausible, async (text) => {
        writeFileSync(file, text);
        const problems = await loadConfiguration({ config: file }).then(
          () => [],
          (error: unknown) => (error as ConfigError).problems,
        );
        const lines = text.split('\n');
        for (const { place, what } of problems) {
          const [key = '?'] = what.split(' ', 1);
          expect(place?.file).toBe(file);
          if (!what.includes('contains $arch')) expect(lines[(place?.line ?? 0) - 1]).toContain(key);
        }
      }),
      { numRuns: 200 },
    );
  });
});
