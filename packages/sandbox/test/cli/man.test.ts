/* The man pages: what groff says of them, and that no option is missing in them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { optionNames, optionOf } from '../../src/cli/options.js';

const pathOf = (page: string) => fileURLToPath(new URL(`../../dist/man/${page}`, import.meta.url));

async function show(path: string) {
  const env = { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', MANWIDTH: '80' };
  return await runProgram('man', ['--warnings', '-E', 'UTF-8', '--local-file', path], { env });
}

describe.skipIf(missing('man'))('the man page', () => {
  it.each(['sb-run.1', 'sb-exec.1'])('%s has no warnings, and no line is too wide', async (page) => {
    const { status, stdout, stderr } = await show(pathOf(page));
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).toMatch(/^SB-(?:RUN|EXEC)\(1\)/);
  });

  it('would have warnings if something were wrong', async () => {
    using folder = temporaryFolder();
    writeFileSync(folder.file('wrong.1'), `${readFileSync(pathOf('sb-run.1'), 'utf8')}.frobnicate\n`);
    expect((await show(folder.file('wrong.1'))).stderr).toMatch(/frobnicate/);
  });

  it('sb-run(1) has every option of the table, with what it says', async () => {
    const shown = await show(pathOf('sb-run.1'));
    const text = shown.stdout.replaceAll(/\u2010\n\s*/g, '').replaceAll(/\s+/g, ' ');
    for (const name of optionNames) {
      const { short, about, more } = optionOf(name);
      expect(text).toContain(short === undefined ? ` --${name}` : `-${short}, --${name}`);
      expect(text.toLowerCase()).toContain(about.toLowerCase());
      if (more !== undefined) expect(text).toContain(more);
    }
  });
});
