import { describe, expect, it } from 'vitest';

import { circles } from '../rules/circles.mjs';
import { dependencies } from '../rules/dependencies.mjs';
import { kernelNames, names, sizes } from '../rules/files.mjs';
import { includes } from '../rules/includes.mjs';
import { licenceLine } from '../rules/licence-line.mjs';
import { links } from '../rules/links.mjs';
import { packages } from '../rules/packages.mjs';
import { publishable } from '../rules/publishable.mjs';
import { projectTree, type Rule, Tree } from '../tree.mjs';

type Files = Readonly<Record<string, string>>;

/** What a rule says of some files. */
function said(rule: Rule, files: Files): readonly string[] {
  return rule(new Tree(Object.keys(files), (file) => files[file] ?? ''));
}

const lines = (count: number): string => 'x\n'.repeat(count);
const core = {
  'packages/core/package.json':
    '{"name":"@sb/core","exports":{".":"./dist/index.js","./document":"./dist/document.js"}}',
  'packages/caps/package.json': '{"name":"@sb/caps","exports":{".":"./dist/index.js"}}',
};
/** A package that may be published, with changes. */
function published(changes: object = {}, files: Files = {}): Files {
  const home = 'https://github.com/sb-project/sb';
  const manifest = {
    name: '@sb/a',
    version: '0.1.2',
    keywords: ['x'],
    homepage: `${home}/tree/main/packages/a#readme`,
    bugs: { url: `${home}/issues` },
    license: 'MIT',
    author: 'the sb authors',
    repository: { type: 'git', url: `git+${home}.git`, directory: 'packages/a' },
    files: ['CHANGELOG.md', 'dist'],
    exports: {
      '.': { types: './dist/index.d.ts' },
      './b': { types: './dist/b.d.ts' },
      './package.json': './package.json',
    },
    publishConfig: { access: 'public', provenance: true },
    scripts: { build: 'node ../../tooling/release/src/bill.mjs' },
    dependencies: { '@sb/core': '^0.1.0' },
    peerDependencies: { '@types/node': '>=20' },
    peerDependenciesMeta: { '@types/node': { optional: true } },
    ...changes,
  };
  return {
    LICENSE: 'MIT',
    'packages/core/package.json': '{"name":"@sb/core","version":"0.1.3","private":true}',
    'packages/a/package.json': JSON.stringify(manifest),
    'packages/a/LICENSE': 'MIT',
    'packages/a/CHANGELOG.md': '# @sb/a\n\n## 0.1.2\n',
    'packages/a/README.md': 'See `@sb/a/b`.',
    ...files,
  };
}

/** A package of this project that it may be installed with. */
const publicCore = {
  'packages/core/package.json': JSON.stringify({
    ...(JSON.parse(published()['packages/a/package.json'] ?? '') as object),
    name: '@sb/core',
    version: '0.1.3',
    homepage: 'https://github.com/sb-project/sb/tree/main/packages/core#readme',
    repository: { type: 'git', url: 'git+https://github.com/sb-project/sb.git', directory: 'packages/core' },
    dependencies: {},
  }),
  'packages/core/LICENSE': 'MIT',
  'packages/core/CHANGELOG.md': '\n## 0.1.3\n',
  'packages/core/README.md': 'See `@sb/core/b`.',
};

/** What else keeps a package from being published: changes of it, and what is said then. */
const unpublishable: readonly (readonly [name: string, changes: object, files: Files, problem: string])[] = [
  [
    'a private package that it needs',
    {},
    { 'packages/core/package.json': '{"name":"@sb/core","private":true}' },
    'depends on @sb/core, which is not published',
  ],
  [
    'a pinned one',
    { dependencies: { '@sb/core': '0.1.3' } },
    {},
    'depends on @sb/core 0.1.3; the range is to begin with ^ and to hold 0.1.3',
  ],
  [
    'a range without the one of the tree',
    { dependencies: { '@sb/core': '^0.1.4' } },
    {},
    'depends on @sb/core ^0.1.4; the range is to begin with ^ and to hold 0.1.3',
  ],
  [
    'a script that runs where it is installed',
    { scripts: { build: 'bill.mjs', postinstall: 'x' } },
    {},
    'runs postinstall where it is installed',
  ],
  ['no bill of materials', { scripts: {} }, {}, 'its build writes no bill of materials (bill.mjs)'],
  ['another repository', { repository: 'x' }, {}, 'repository is to be {"type":"git"'],
  [
    'no provenance',
    { publishConfig: { access: 'public' } },
    {},
    'publishConfig is to be {"access":"public","provenance":true}',
  ],
  [
    'types of Node that it does not name',
    { peerDependencies: undefined },
    {},
    'peerDependencies is to be {"@types/node":">=20"}',
  ],
  ['no keywords', { keywords: [] }, {}, 'has no keywords'],
  [
    'a hidden package.json',
    { exports: {}, peerDependencies: undefined, peerDependenciesMeta: undefined },
    {},
    'exports no ./package.json',
  ],
  [
    'a change log without this version',
    {},
    { 'packages/a/CHANGELOG.md': '\n## 0.1.1\n' },
    'CHANGELOG.md has no "## 0.1.2"',
  ],
  ['a change log that is not packed', { files: ['dist'] }, {}, 'files lacks CHANGELOG.md'],
  ['another licence', {}, { 'packages/a/LICENSE': 'x' }, 'LICENSE beside it is not the one of the project'],
  ['an entry without words', {}, { 'packages/a/README.md': '' }, 'README.md does not say what @sb/a/b promises'],
];

const headers = { 'packages/native/sb_record.h': '', 'packages/landlock/native/landlock.h': '' };

/** Of each rule: what it takes, and a breach with what it says of that. */
const breaches: readonly (readonly [name: string, rule: Rule, good: Files, bad: Files, problem: string])[] = [
  [
    'a package imports one above it',
    packages,
    { ...core, 'packages/caps/src/a.ts': "import { x } from '@sb/core';" },
    { ...core, 'packages/core/src/a.ts': "import { x } from '@sb/caps';" },
    'packages/core/src/a.ts: imports @sb/caps, which is not below core',
  ],
  [
    'a type of one above it',
    packages,
    { ...core, 'packages/caps/src/a.ts': "import type { X } from '@sb/core';" },
    { ...core, 'packages/core/src/a.ts': "import type { X } from '@sb/caps';" },
    'packages/core/src/a.ts: imports @sb/caps, which is not below core',
  ],
  [
    'a primitive imports another one',
    packages,
    { ...core, 'packages/seccomp/test/a.test.ts': "import { x } from '@sb/caps';" },
    { ...core, 'packages/seccomp/src/a.ts': "const x = await import('@sb/caps');" },
    'packages/seccomp/src/a.ts: imports @sb/caps, which is not below seccomp',
  ],
  [
    'a package requires one above it',
    packages,
    { ...core, 'packages/caps/src/a.ts': "const x = require('@sb/core');" },
    { ...core, 'packages/core/src/a.ts': "const x = require( '@sb/caps' );" },
    'packages/core/src/a.ts: imports @sb/caps, which is not below core',
  ],
  [
    'an entry that a package does not have',
    packages,
    { ...core, 'packages/caps/src/a.ts': "import { x } from '@sb/core/document';" },
    { ...core, 'packages/caps/src/a.ts': "import { x } from '@sb/core/errors';" },
    'packages/caps/src/a.ts: imports @sb/core/errors, which its package.json does not export',
  ],
  [
    'shipped code imports what tests use',
    packages,
    { 'packages/caps/test/a.test.ts': "import { x } from '@sb/test-kit';" },
    { 'packages/caps/src/a.ts': "import { x } from '@sb/test-kit';" },
    'packages/caps/src/a.ts: imports @sb/test-kit, which is for tests only',
  ],
  [
    'files of another package',
    packages,
    { 'packages/caps/src/a.ts': "import { x } from './b.js';" },
    { 'packages/caps/src/a.ts': "import { x } from '../../core/src/b.js';" },
    'packages/caps/src/a.ts: imports ../../core/src/b.js, outside its package',
  ],
  [
    'a package of no rank',
    packages,
    { 'packages/caps/src/a.ts': "import 'node:fs';" },
    { 'packages/strange/src/a.ts': "import 'node:fs';" },
    'packages/strange/src/a.ts: package strange has no rank in tooling/checks/rules/packages.mjs',
  ],
  [
    'folders import each other',
    circles,
    {
      'packages/a/src/one/x.ts': "import '../two/y.js';",
      'packages/a/src/two/y.ts': '',
      'packages/a/src/two/z.ts': '',
    },
    {
      'packages/a/src/one/x.ts': "import '../two/y.js';",
      'packages/a/src/one/w.ts': '',
      'packages/a/src/two/y.ts': '',
      'packages/a/src/two/z.ts': "import type { W } from '../one/w.js';",
    },
    'packages/a/src/: directories import in a circle: one/x.ts → two/y.ts, two/z.ts → one/w.ts',
  ],
  [
    'a folder imports a file above it that imports the folder',
    circles,
    {
      'packages/a/src/errors.ts': '',
      'packages/a/src/one/x.ts': "import '../errors.js';",
      'packages/a/src/top.ts': "import './one/x.js';",
    },
    {
      'packages/a/src/top.ts': "import './one/x.js';",
      'packages/a/src/one/x.ts': '',
      'packages/a/src/one/y.ts': "import '../top.js';",
    },
    'packages/a/src/: directories import in a circle: top.ts → one/x.ts, one/y.ts → top.ts',
  ],
  [
    'files import each other, types alone',
    circles,
    { 'packages/a/src/x.ts': "import './y.js';", 'packages/a/src/y.ts': "import './z.js';", 'packages/a/src/z.ts': '' },
    { 'tooling/a/src/x.mjs': "import './y.mjs';", 'tooling/a/src/y.mjs': "/** @type {import('./x.mjs').X} */" },
    'tooling/a/src/x.mjs: imports in a circle: tooling/a/src/x.mjs → tooling/a/src/y.mjs',
  ],
  [
    'C of a layer includes C of another one',
    includes,
    { ...headers, 'packages/caps/native/a.c': '#include "sb_record.h"\n#include <stdio.h>\n' },
    { ...headers, 'packages/caps/native/a.c': '#include "../../landlock/native/landlock.h"\n' },
    'packages/caps/native/a.c: includes "../../landlock/native/landlock.h" of another package; only the launcher includes layers',
  ],
  [
    'C of the sandbox beside the launcher includes a layer',
    includes,
    { ...headers, 'packages/sandbox/native/launcher/a.c': '#include "../../../landlock/native/landlock.h"\n' },
    { ...headers, 'packages/sandbox/native/a.c': '#include "../../landlock/native/landlock.h"\n' },
    'packages/sandbox/native/a.c: includes "../../landlock/native/landlock.h" of another package; only the launcher includes layers',
  ],
  [
    'shared C includes a layer',
    includes,
    { ...headers, 'packages/native/a.c': '#include "sb_record.h"\n' },
    { ...headers, 'packages/native/a.c': '  # include "../landlock/native/landlock.h"\n' },
    'packages/native/a.c: includes "../landlock/native/landlock.h" of another package; only the launcher includes layers',
  ],
  [
    'C includes what only tests have',
    includes,
    headers,
    { ...headers, 'packages/caps/native/a.c': '#include "sb_test_random.h"\n' },
    'packages/caps/native/a.c: includes "sb_test_random.h", which is neither beside it nor in packages/native',
  ],
  [
    'long C',
    sizes,
    { 'packages/a/native/a.c': lines(250) },
    { 'packages/a/native/a.c': lines(251) },
    'packages/a/native/a.c: has 251 lines, over 250; split it by what it is about',
  ],
  [
    'long TypeScript',
    sizes,
    { 'packages/a/src/a.ts': lines(250) },
    { 'packages/a/src/a.ts': lines(251) },
    'packages/a/src/a.ts: has 251 lines, over 250; split it by what it is about',
  ],
  [
    'a long test',
    sizes,
    { 'packages/a/test/a.test.ts': lines(400) },
    { 'packages/a/src/a.test.ts': lines(401) },
    'packages/a/src/a.test.ts: has 401 lines, over 400; split it by what it is about',
  ],
  [
    'names of TypeScript',
    names,
    { 'packages/a/src/a-b.test.ts': '' },
    { 'packages/a/src/aB.ts': '' },
    'packages/a/src/aB.ts: is to be called in-kebab-case',
  ],
  [
    'names of C',
    names,
    { 'packages/a/native/a_b.c': '' },
    { 'packages/a/native/a-b.c': '' },
    'packages/a/native/a-b.c: C files are called in_snake_case',
  ],
  [
    'the first half of a kernel name',
    kernelNames,
    { 'packages/a/src/a.ts': '// BTRFS_IOC_SNAP_CREATE\n' },
    { 'packages/a/src/a.ts': '// BTRFS_IOC_\n// SNAP_CREATE\n' },
    'packages/a/src/a.ts:1: a kernel name is broken over two lines; grep would not find it',
  ],
  [
    'the second half of one',
    kernelNames,
    { 'packages/a/native/a.c': ' * BTRFS_IOC_SNAP_CREATE\n' },
    { 'packages/a/native/a.c': ' * BTRFS_IOC\n * _SNAP_CREATE\n' },
    'packages/a/native/a.c:2: a kernel name is broken over two lines; grep would not find it',
  ],
  [
    'C without its licence',
    licenceLine,
    { 'packages/a/native/a.h': '/* SPDX-License-Identifier: MIT */\n' },
    { 'packages/a/native/a.h': '\n/* SPDX-License-Identifier: MIT */\n' },
    'packages/a/native/a.h: its first line is to be /* SPDX-License-Identifier: MIT */',
  ],
  [
    'long C whose first line is its licence',
    sizes,
    { 'packages/a/native/a.c': `/* SPDX-License-Identifier: MIT */\n${lines(250)}` },
    { 'packages/a/native/a.c': `/* SPDX-License-Identifier: MIT */\n${lines(251)}` },
    'packages/a/native/a.c: has 251 lines, over 250; split it by what it is about',
  ],
  [
    'a dead link',
    links,
    { 'README.md': '[x](docs/a.md)', 'docs/a.md': '' },
    { 'README.md': '[x](docs/b.md)', 'docs/a.md': '' },
    'README.md: links to docs/b.md, which is not there',
  ],
  [
    'a dead reference',
    links,
    { 'README.md': '[x]: docs', 'docs/a.md': '' },
    { 'README.md': '[x]: b.md' },
    'README.md: links to b.md, which is not there',
  ],
  [
    'a dead heading',
    links,
    { 'README.md': '## A `b` c\n[x](#a-b-c) `[y](z.md)`' },
    { 'README.md': '# A\n[x](#b)' },
    'README.md: links to #b, which has no such heading',
  ],
  [
    'a range',
    dependencies,
    {
      'package.json': '{"devDependencies":{"a":"1.2.3","b":"npm:c@1.2.3","@sb/core":"*"}}',
      'packages/core/package.json': '{"name":"@sb/core"}',
    },
    { 'package.json': '{"devDependencies":{"a":"^1.2.3"}}' },
    'package.json: devDependencies has a "^1.2.3"; pin one version',
  ],
  [
    'a tag',
    dependencies,
    { 'packages/a/package.json': '{"overrides":{"a":"1.2.3"}}' },
    { 'packages/a/package.json': '{"dependencies":{"a":"latest"}}' },
    'packages/a/package.json: dependencies has a "latest"; pin one version',
  ],
];

describe('the check of the sources', () => {
  it.each(breaches)('names %s', (_, rule, good, bad, problem) => {
    expect(said(rule, good)).toEqual([]);
    expect(said(rule, bad)).toContain(problem);
  });

  it.each(unpublishable)('names what is published with %s', (_, changes, files, problem) => {
    expect(said(publishable, published({}, publicCore))).toEqual([]);
    const problems = said(publishable, published(changes, { ...publicCore, ...files }));
    expect(problems).toContainEqual(expect.stringContaining(`packages/a/package.json: ${problem}`));
  });

  it('sees the sources of this project, and their imports', () => {
    const tree = projectTree();
    expect(tree.modules.length).toBeGreaterThan(500);
    expect(tree.importsOf('packages/core/src/index.ts')).toContain('packages/core/src/errors.ts');
    expect(tree.importsOf('packages/seccomp/src/tables/syscalls.ts').some((file) => file.endsWith('.json'))).toBe(true);
  });
});
