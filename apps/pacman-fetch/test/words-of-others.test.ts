/* What files and the caller's environment say, where it reaches a terminal or the programs that we start. */
import { mkdirSync, writeFileSync } from 'node:fs';

import { runProgram, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { environment, program, runFetch } from './kit/fetch-program.js';
import { runInTerminal } from './kit/terminal.js';

const evil = '\u001B]0;owned\u0007\u009B2J';

describe('conf', () => {
  it('escapes what a value would do to a terminal, and gives it to a program as it is', async () => {
    using folder = temporaryFolder();
    const config = folder.file('pacman.conf');
    writeFileSync(config, `[options]\nXferCommand = /bin/x ${evil} %u\n`);
    const args = ['conf', '--config', config, 'XferCommand'];
    const { written, screen } = await runInTerminal([process.execPath, program, ...args], { columns: 80 });
    expect(screen).toEqual([String.raw`/bin/x \x1b]0;owned\x07\x9b2J %u`]);
    expect(written).not.toContain('\u001B');
    expect(await runFetch(args)).toMatchObject({ status: 0, stdout: `/bin/x ${evil} %u\n` });
  });
});

describe('pacman', () => {
  it('is told nothing that Node would take orders from', async () => {
    using folder = temporaryFolder();
    mkdirSync(folder.file('bin'));
    const script = '#!/bin/sh\nenv | grep -E "^(NODE|OPENSSL|ICU|KEPT)"\n';
    writeFileSync(folder.file('bin', 'pacman'), script, { mode: 0o755 });
    const env = {
      ...environment,
      PATH: `${folder.file('bin')}:${environment.PATH}`,
      KEPT: 'yes',
      NODE_OPTIONS: '--no-warnings',
      OPENSSL_CONF: '/dev/null',
      ICU_DATA: '/nonexistent',
    };
    const result = await runProgram(process.execPath, [program, 'pacman', '--', '-Q'], { env });
    expect(result).toMatchObject({ status: 0, stdout: 'KEPT=yes\n' });
  });
});
