import { describe, expect, it } from 'vitest';

import { type KernelRow, type Layer, type Support, withRow } from './data.mjs';
import { supportPage } from './page.mjs';
import { readmeWith } from './readme.mjs';

const layer = (state: Layer['state'], failed = 0): Layer => ({ state, passed: 3, absent: 0, failed });

const run = { date: '2026-01-02', commit: 'abcdef0' };
const nothing: Support = { kernels: [], runtimes: [], userlands: [], builds: [] };

const row = (landlock: KernelRow['landlock'], layers: Readonly<Record<string, Layer>>): KernelRow => ({
  kernel: '6.12',
  arch: 'x64',
  version: '6.12.1',
  landlock,
  accelerator: 'tcg',
  thorough: false,
  layers,
  ...run,
});

const marks = [
  '<!-- what is supported: written from docs/support.json, don’t edit -->',
  '<!-- end of what is supported -->',
];
const readme = `before\n${marks.join('\nold\n')}\nafter\n`;

const kernels = (...rows: readonly KernelRow[]): Support => ({ ...nothing, kernels: rows });

describe('the page of what was tested', () => {
  it('says of each part that never ran that it never ran', () => {
    expect(supportPage(nothing).match(/None was tested|Not built/g)).toHaveLength(4);
  });

  it('shows what failed, and which kernel never came up', () => {
    const failed = {
      ...row(6, { landlock: layer('failed', 2), caps: layer('enforced') }),
      failure: 'no first process',
    };
    const page = supportPage(kernels(failed));
    expect(page).toContain('| FAILED (2 of 5) | enforced (3) |');
    expect(page).toContain('- 6.12 x64 failed as a whole: no first process');
    expect(page).toContain('Run on 2026-01-02, at abcdef0, emulated.');
  });

  it('tells Landlock that is not built in from Landlock that is not enabled', () => {
    const page = supportPage(kernels(row('not-built', {}), row('disabled-at-boot', {}), row(11, {})));
    for (const text of ['| not built in |', '| not enabled  |', '| ABI 11       |']) expect(page).toContain(text);
  });

  it('says of macOS that it was not run', () => {
    const builds = [{ ...run, compiler: 'zig', target: 'aarch64-macos', sources: 3, linked: ['@sb/privdrop'] }];
    const page = supportPage({ ...nothing, builds });
    expect(page).toContain('**It has not been run on a Mac**');
    expect(page).toContain('| aarch64-macos | 3       | @sb/privdrop |');
  });
});

describe('the table of user lands', () => {
  const userlands = [
    { ...run, land: 'Debian 12', libc: 'glibc 2.36', results: [{ runtime: 'Node 20', passed: 9, failed: 0 }] },
    { ...run, land: 'musl', libc: 'musl 1.2', results: [{ runtime: 'Bun', passed: 3, failed: 2 }] },
    { ...run, land: 'gone', libc: '', failure: 'no mirror', results: [{ runtime: 'Bun', passed: 0, failed: 1 }] },
  ];

  it('has a line each, and hides neither what failed nor what could not be made', () => {
    const page = supportPage({ ...nothing, userlands });
    expect(page).toContain('| Debian 12 | glibc 2.36 | 9       |                   |');
    expect(page).toContain('| musl      | musl 1.2   |         | **2 of 5 failed** |');
    expect(page).toContain('- gone could not be made: no mirror');
    expect(readmeWith(readme, { ...nothing, userlands })).toContain(
      'Installed and tried on Debian 12 (glibc 2.36), musl (**2 failed**), gone (**1 failed**).',
    );
  });
});

describe('the table in the README', () => {
  it('stands between its marks and leaves the rest alone', () => {
    const counts = { ...run, host: 'Linux', passed: 9, skipped: 0 };
    const runtimes = [
      { ...counts, name: 'Node', version: '20.19.0', failed: 0 },
      { ...counts, name: 'Bun', version: '1.4.5', failed: 1 },
    ];
    const support = { ...kernels(row(6, { caps: layer('enforced') })), runtimes };
    const text = readmeWith(readme, support);
    expect(text.startsWith('before\n<!--')).toBe(true);
    expect(text.endsWith('-->\nafter\n')).toBe(true);
    expect(text).not.toContain('old');
    expect(text).toContain('| 6.12 x64 | ABI 6    | every layer          |');
    expect(text).toContain('On Node 20.19.0, Bun 1.4.5 (**1 failed**).');
    expect(readmeWith(text, support)).toBe(text);
  });

  it('hides neither a failed layer nor a missing one', () => {
    const missing = row('not-built', { landlock: layer('missing'), caps: layer('enforced') });
    const text = readmeWith(readme, kernels(missing, row(6, { caps: layer('failed', 1) })));
    expect(text).toContain('every layer but landlock, which is reported missing');
    expect(text).toContain('**failed**: caps');
  });

  it.each([
    ['no mark', 'text'],
    ['one mark', `${marks[0]}`],
    ['marks the wrong way round', `${marks[1]}${marks[0]}`],
  ])('fails for a README with %s', (_name, text) => {
    expect(() => readmeWith(text, nothing)).toThrow(/must have/);
  });
});

describe('a new row', () => {
  const names = { nameOf: ({ name }: { readonly name: string }) => name, order: ['a', 'b', 'c'] };
  const old = [
    { name: 'c', run: 1 },
    { name: 'gone', run: 1 },
    { name: 'a', run: 1 },
  ];

  it('takes the place of the one before it, and leaves the others', () => {
    expect(withRow(old, { name: 'c', run: 2 }, names)).toEqual([
      { name: 'a', run: 1 },
      { name: 'c', run: 2 },
    ]);
  });

  it('stands where the list has it', () => {
    expect(withRow(old, { name: 'b', run: 2 }, names).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });
});
