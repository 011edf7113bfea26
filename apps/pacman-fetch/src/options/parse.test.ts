import type { Options } from '@sb/cli-kit';
import { describe, expect, it } from 'vitest';

import { parseOptions } from './parse.js';

const options: Options = {
  verbose: { short: 'v', about: 'a switch' },
  config: { short: 'c', value: 'FILE', about: 'a value' },
  color: { value: 'WHEN', about: 'a word', words: ['auto', 'always', 'never'] },
};

const given = (...args: readonly string[]) => {
  const { switches, values, operands } = parseOptions('conf', options, args);
  return { switches: [...switches], values: Object.fromEntries(values), operands };
};

describe('parseOptions', () => {
  it('knows switches, values and operands, in any order; the last value counts', () => {
    expect(given('a', '-v', '--config', 'x', 'b', '-cy')).toEqual({
      switches: ['verbose'],
      values: { config: 'y' },
      operands: ['a', 'b'],
    });
  });

  it('leaves everything behind -- alone', () => {
    expect(given('--', '-Syu', '--help')).toEqual({ switches: [], values: {}, operands: ['-Syu', '--help'] });
  });

  it('knows help for every command', () => {
    expect(given('-h').switches).toEqual(['help']);
  });

  it.each([
    [['--verbos'], 'unknown option --verbos', 'Did you mean --verbose?'],
    [['--tiemout'], 'unknown option --tiemout', 'Try "pacman-fetch conf --help".'],
    [['--config', '--', 'a'], '--config needs a value', 'Write --config FILE, or --config=FILE.'],
  ])('refuses %j', (args, message, hint) => {
    expect(() => given(...args)).toThrow(expect.objectContaining({ kind: 'usage', message, hint }));
  });

  it("says where pacman's own arguments belong", () => {
    expect(() => parseOptions('pacman', options, ['-Syu'])).toThrow(
      expect.objectContaining({ hint: "Put -- before pacman's own arguments." }),
    );
  });
});
