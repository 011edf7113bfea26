// Makes the man pages of dist/man from their Markdown.
// @ts-check
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { manPage } from '@sb/cli-kit/man';

const here = import.meta.dirname;
const target = join(here, '..', 'dist', 'man');
const { version } = JSON.parse(readFileSync(join(here, '..', 'package.json'), 'utf8'));

/** The day that the pages name; a constant, so that a build gives the same bytes on every day. */
const date = '2026-11-25';

mkdirSync(target, { recursive: true });
for (const file of readdirSync(here).filter((name) => name.endsWith('.md'))) {
  const page = manPage(readFileSync(join(here, file), 'utf8'), { date, source: `pacman-fetch ${version}` });
  writeFileSync(join(target, file.slice(0, -'.md'.length)), page);
}
