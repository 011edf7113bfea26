import { expect, it } from 'vitest';

import { columns } from './columns.js';

it('a column is as wide as its widest cell, and no line ends with a blank', () => {
  const rows = [
    ['A', 'HEAD', ''],
    ['long', 'x', 'y'],
    ['b', '', ''],
  ];
  expect(columns(rows)).toEqual(['A     HEAD', 'long  x     y', 'b']);
  expect(columns([])).toEqual([]);
});

it('a cell has the width that it has in a terminal', () => {
  const widthOf = (cell: string) => cell.length * 2;
  expect(
    columns(
      [
        ['漢', 'x'],
        ['漢字', 'y'],
      ],
      widthOf,
    ),
  ).toEqual(['漢    x', '漢字  y']);
});
