import { describe, expect, it } from 'vitest';

import { proposalOf } from './proposal.js';

const request = (name: string, size?: number) => ({
  sources: [],
  to: `/cache/${name}-1:2.3-1-x86_64.pkg.tar.zst`,
  ...(size === undefined ? {} : { size }),
});

describe('proposalOf', () => {
  it('names packages and versions in their order, and the sum of their sizes', () => {
    expect(proposalOf([request('b', 1024 ** 2), request('a', 512 * 1024)], { columns: 80, charset: 'utf8' })).toBe(
      '\nPackages (2) a-1:2.3-1  b-1:2.3-1\n\nTotal Download Size:  1.50 MiB\n\n',
    );
  });

  it('says no sum that nobody knows', () => {
    expect(proposalOf([request('a', 1), request('b')], { columns: 80, charset: 'utf8' })).toBe(
      '\nPackages (2) a-1:2.3-1  b-1:2.3-1\n\n',
    );
  });

  it('keeps within the terminal, and a name to itself that is wider', () => {
    const text = proposalOf([request('a'), request('b'), request('c'.repeat(40))], { columns: 32, charset: 'utf8' });
    expect(text.split('\n')).toEqual([
      '',
      'Packages (3) a-1:2.3-1',
      '             b-1:2.3-1',
      `             ${'c'.repeat(40)}-1:2.3-1`,
      '',
      '',
    ]);
  });

  it('lets no name do anything to the terminal', () => {
    expect(proposalOf([request('\u001B[2Ja')], { columns: 80, charset: 'ascii' })).toContain(' ?[2Ja-1:2.3-1\n');
  });

  it('lets no version do anything to the terminal', () => {
    const rows = [{ name: 'core/a', old: '\u001B[2J1', version: '\u009B2J2', size: undefined }];
    const text = proposalOf([request('a')], { columns: 80, charset: 'ascii', rows });
    expect(text).toMatch(/^core\/a +\?\[2J1 +\?2J2 *$/m);
  });
});
