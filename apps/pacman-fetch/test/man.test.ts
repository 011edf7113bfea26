/* The man pages: what groff says of them, and that nothing of the program is missing in them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { commands } from '../src/commands/table.js';
import { completedProgram } from '../src/commands/completed.js';
import { ownNames } from '../src/config/own-directives.js';

const pages = ['pacman-fetch.8', 'pacman-fetch.conf.5'] as const;
const pathOf = (page: string) => fileURLToPath(new URL(`../dist/man/${page}`, import.meta.url));

async function show(path: string) {
  const env = { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', MANWIDTH: '80' };
  return await runProgram('man', ['--warnings', '-E', 'UTF-8', '--local-file', path], { env });
}

/** The text as it is shown, on one line. */
async function textOf(page: string): Promise<string> {
  // Hyphens that break words at the end of a line are groff's own.
  return (await show(pathOf(page))).stdout.replaceAll(/\u2010\n\s*/g, '').replaceAll(/\s+/g, ' ');
}

describe.skipIf(missing('man'))('the man page', () => {
  it.each(pages)('%s has no warnings, and no line is too wide', async (page) => {
    const { status, stdout, stderr } = await show(pathOf(page));
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).toMatch(/^PACMAN-FETCH/);
  });

  it('would have warnings if something were wrong', async () => {
    using folder = temporaryFolder();
    writeFileSync(folder.file('wrong.8'), `${readFileSync(pathOf(pages[0]), 'utf8')}.frobnicate\n`);
    expect((await show(folder.file('wrong.8'))).stderr).toMatch(/frobnicate/);
  });

  it('pacman-fetch(8) names every command and every option', async () => {
    const text = await textOf('pacman-fetch.8');
    const { program, commands: others } = await completedProgram(commands);
    for (const { name, options } of [program, ...others]) {
      expect(text).toContain(name);
      for (const [long, { short }] of Object.entries(options)) {
        expect(text).toContain(short === undefined ? `--${long}` : `-${short}, --${long}`);
      }
    }
  });

  it('pacman-fetch.conf(5) names every directive', async () => {
    const text = await textOf('pacman-fetch.conf.5');
    for (const name of ownNames) expect(text).toContain(`${name} =`);
  });
});
