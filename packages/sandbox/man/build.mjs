// Makes the man pages of dist/man from their Markdown, and the options of sb-run from the table that it reads itself.
// @ts-check
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';

import { manPage } from '@sb/cli-kit/man';

const here = import.meta.dirname;
const target = join(here, '..', 'dist', 'man');
const { version } = JSON.parse(readFileSync(join(here, '..', 'package.json'), 'utf8'));

/** The day that the pages name; a constant, so that a build gives the same bytes on every day. */
const date = '2026-11-30';

/** The table is TypeScript without imports but of types, so that it is a module by itself. */
const table = readFileSync(join(here, '..', 'src', 'cli', 'options.ts'), 'utf8');
const { outputText } = ts.transpileModule(table, { compilerOptions: { target: ts.ScriptTarget.ES2022 } });
/** @type {{ options: Readonly<Record<string, import('@sb/cli-kit').Option>> }} */
const { options } = await import(`data:text/javascript,${encodeURIComponent(outputText)}`);

mkdirSync(target, { recursive: true });
for (const page of ['sb-run.1', 'sb-exec.1']) {
  const markdown = readFileSync(join(here, `${page}.md`), 'utf8').replace('OPTIONS-OF-THE-TABLE', items(options));
  writeFileSync(join(target, page), manPage(markdown, { date, source: `@sb/sandbox ${version}` }));
}

/** @param {typeof options} all */
function items(all) {
  return Object.entries(all)
    .map(([long, { short, value, optionalValue, repeatable, about, words, offers = [], more }]) => {
      const argument = value === undefined ? '' : optionalValue === true ? `[=_${value}_]` : ` _${value}_`;
      const names = [...(short === undefined ? [] : [`**-${short}**`]), `**--${long}**`].join(', ');
      const listed = words ?? offers;
      const sentences = [
        `${about.charAt(0).toUpperCase()}${about.slice(1)}`,
        ...(listed.length < 2 ? [] : [`${words === undefined ? 'For instance' : 'One of'} ${listed.join(', ')}`]),
        ...(more === undefined ? [] : [more]),
        ...(repeatable === true ? ['May be given more than once'] : []),
      ];
      return `- ${names}${argument}:\n  ${sentences.join('. ')}.`;
    })
    .join('\n\n');
}
