import { describe, expect, it } from 'vitest';

import { packageRows, packageTable } from './package-table.js';

const wanted = (repository: string, name: string, version: string) => ({
  repository,
  name,
  file: `${name}-${version}-x86_64.pkg.tar.zst`,
  size: undefined,
  sha256: undefined,
});
const all = [wanted('extra', 'zsh', '5.9-5'), wanted('core', 'gcc-libs', '1:15.1-2')];
const requests = all.map(({ file }, index) => ({ sources: [], to: `/cache/${file}`, size: (index + 1) * 1024 ** 2 }));

describe('the table of packages', () => {
  it('has the columns of pacman, the sizes on the right', () => {
    const rows = packageRows(requests, all, 'gcc-libs 1:15.1-1\nzlib 1-1\n');
    expect(packageTable(rows, 80)?.split('\n')).toEqual([
      'Package (2)    Old Version  New Version  Download Size',
      '',
      'core/gcc-libs  1:15.1-1     1:15.1-2          2.00 MiB',
      'extra/zsh                   5.9-5             1.00 MiB',
      '',
    ]);
  });

  it('leaves out a column without a value', () => {
    const unknown = requests.map(({ sources, to }) => ({ sources, to }));
    expect(packageTable(packageRows(unknown, all, ''), 80)?.split('\n')[0]).toBe('Package (2)    New Version');
  });

  it('is not shown where it does not fit', () => {
    const rows = packageRows(requests, all, 'gcc-libs 1:15.1-1\n');
    expect([packageTable(rows, 54), packageTable(rows, 53)].map((text) => text === undefined)).toEqual([false, true]);
  });
});
