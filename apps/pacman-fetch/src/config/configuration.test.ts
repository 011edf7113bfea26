import { chownSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';

import { missing, temporaryFolder } from '@sb/test-kit';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';

import { loadConfiguration } from './configuration.js';
import { ConfigError, problemText } from './problem.js';

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());
mkdirSync(folder.file('pacman.d'));

const config = folder.file('pacman.conf');
const own = folder.file('pacman.d', 'pacman-fetch.conf');
beforeEach(() => {
  write();
  writeOwn();
});

function write(...lines: readonly string[]): void {
  writeFileSync(config, ['[options]', ...lines, ''].join('\n'));
}

function writeOwn(...lines: readonly string[]): void {
  writeFileSync(own, ['[options]', ...lines, ''].join('\n'));
}

/** What is wrong: place without the folder, text and hint. */
async function problems(): Promise<readonly (readonly [text: string, hint: string | undefined])[]> {
  try {
    await loadConfiguration({ config });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((one) => [problemText(one).replaceAll(`${folder.path}/`, ''), one.hint] as const);
  }
}

const at = (line: number) => `pacman.d/pacman-fetch.conf:${line}:`;

describe('our own file', () => {
  it('takes every directive', async () => {
    writeOwn(
      'UseSandbox = yes',
      'SandboxUser = nobody',
      'SandboxUserSwitch = require',
      'SandboxCapabilities = prefer',
      'SandboxFilesystem = off',
      'SandboxSyscalls = require',
      'SandboxPreset = read-only',
      'SandboxReadable = /srv /opt',
      'SandboxWritable = /var/tmp',
      'SandboxPorts = 21 any',
      'SandboxDenySyscalls = ptrace @mount',
      'SandboxAllowSyscalls = chown',
      'XferCommand = /usr/bin/curl -fLo %o %u',
    );
    expect(await problems()).toEqual([]);
    const { sandbox } = await loadConfiguration({ config });
    expect(sandbox.xferCommand?.origin).toEqual({ kind: 'file', file: own, line: 14 });
    expect(sandbox.levels.filesystem).toEqual({ word: 'off', origin: { kind: 'file', file: own, line: 6 } });
  });

  it.each([
    ['UseSandbox = No', 'UseSandbox = No is invalid', 'Did you mean no?'],
    ['UseSandbox = true', 'UseSandbox = true is invalid', 'Use one of: yes, no, auto.'],
    ['SandboxFilesystem', 'SandboxFilesystem needs a value', undefined],
    ['SandboxFilesystem = requird', 'SandboxFilesystem = requird is invalid', 'Did you mean require?'],
    ['SandboxUser =', 'SandboxUser needs a value', undefined],
    ['SandboxPreset = minimum', 'SandboxPreset = minimum is invalid', 'Did you mean minimal?'],
    ['SandboxReadable = srv', 'SandboxReadable = srv names srv, which is not an absolute path', 'Did you mean /srv?'],
    [
      'SandboxWritable = /a /',
      'SandboxWritable = /a / names /, which contains all files',
      'Write "SandboxFilesystem = off" if that is meant.',
    ],
    ['SandboxPorts = htps', 'SandboxPorts = htps names htps, which is not a port', 'Did you mean 443?'],
    [
      'SandboxPorts = 80 65536',
      'SandboxPorts = 80 65536 names 65536, which is not a port',
      'Use numbers from 1 to 65535, or "any".',
    ],
    [
      'SandboxDenySyscalls = ptarce',
      'SandboxDenySyscalls names ptarce, which is not a system call',
      'Did you mean ptrace?',
    ],
    [
      'SandboxAllowSyscalls = @mout',
      'SandboxAllowSyscalls names @mout, which is not a group of system calls',
      'Did you mean @mount?',
    ],
    ['XferCommand = curl "%u', 'XferCommand = curl "%u has a quote that is not closed', 'Close the quote.'],
    [
      'XferCommand = curl --url=%u',
      'XferCommand = curl --url=%u never gets the URL',
      'Only a word that is just %u is replaced.',
    ],
    ['XferCommand = %u', 'XferCommand = %u never gets the URL', 'Only a word that is just %u is replaced.'],
    [
      'XferCommand = curl -o %o',
      'XferCommand = curl -o %o never gets the URL',
      'Write, for instance, "/usr/bin/curl -fLo %o %u".',
    ],
    ['SandboxUsr = x', 'unknown directive SandboxUsr', 'Did you mean SandboxUser?'],
    ['DownloadUser = x', 'DownloadUser is not allowed here', 'Write "SandboxUser" here, or move it to pacman.conf.'],
    ['CacheDir = /x', 'CacheDir is not allowed here', 'Move it to pacman.conf.'],
    ['[core]', 'the section [core] is not allowed here', 'Move it to pacman.conf; this file has only [options].'],
  ])('refuses %s', async (line, text, hint) => {
    writeOwn('# a comment', line);
    expect(await problems()).toEqual([[`${at(3)} ${text}`, hint]]);
  });

  it('refuses a user that does not exist, and root, and says that it is about the user', async () => {
    writeOwn('SandboxUser = nobdy');
    expect(await problems()).toEqual([
      [`${at(2)} SandboxUser = nobdy: user "nobdy" does not exist`, 'Did you mean nobody?'],
    ]);
    await expect(loadConfiguration({ config })).rejects.toMatchObject({ kind: 'sandbox' });
    // A name like no other one.
    writeOwn('SandboxUser = qqqqqqqqqqqq');
    expect(await problems()).toEqual([
      [
        `${at(2)} SandboxUser = qqqqqqqqqqqq: user "qqqqqqqqqqqq" does not exist`,
        'Create it (on Linux: "useradd --system NAME"), or name another.',
      ],
    ]);
    writeOwn('SandboxUser = root');
    expect(await problems()).toEqual([
      [
        `${at(2)} SandboxUser = root names root, but pacman-fetch never downloads as root`,
        'Name a user without privileges, for instance alpm if it exists.',
      ],
    ]);
  });

  it('reports every mistake of both files at once', async () => {
    write('ParallelDownloads = x', 'SigLevel = Requird', 'UseSandbox = maybe');
    writeOwn('SandboxUser = a', 'SandboxUser = b', 'SandboxDenySyscalls = chown', 'SandboxAllowSyscalls = chown', 'X');
    const found = await problems();
    expect(found.map(([text]) => text.split(': ', 1)[0])).toEqual([
      'pacman.conf:2',
      'pacman.conf:3',
      'pacman.conf:4',
      ...[3, 6, 2, 5].map((line) => at(line).slice(0, -1)),
    ]);
    expect(found[3]).toEqual([
      `${at(3)} SandboxUser is given twice, also in pacman.d/pacman-fetch.conf:2`,
      'Leave one out.',
    ]);
    await expect(loadConfiguration({ config })).rejects.toMatchObject({
      kind: 'usage',
      hint: expect.stringMatching(/^\w.*\. "pacman-fetch conf" shows this and 6 more\.$/) as string,
    });
  });

  it.each(['SandboxUserSwitch', 'SandboxCapabilities', 'SandboxFilesystem', 'SandboxSyscalls'])(
    'refuses %s = require without a sandbox, also in the other file',
    async (name) => {
      const text = `${name} = require contradicts "UseSandbox = no", which switches every layer off`;
      writeOwn('UseSandbox = no', `${name} = require`);
      expect(await problems()).toEqual([[`${at(3)} ${text}`, 'Remove one of the two lines.']]);
      write('UseSandbox = no');
      writeOwn(`${name} = require`);
      expect(await problems()).toEqual([[`${at(2)} ${text}`, 'Remove one of the two lines.']]);
      // The twins: a level that says no more than that, and a sandbox.
      writeOwn(`${name} = off`);
      expect(await problems()).toEqual([]);
      write('UseSandbox = yes');
      writeOwn(`${name} = require`);
      expect(await problems()).toEqual([]);
    },
  );

  it('outweighs what pacman.conf has of our directives; lists add up', async () => {
    write('SandboxUser = daemon', 'UseSandbox = no', 'SandboxWritable = /a');
    writeOwn('SandboxUser = nobody', 'SandboxWritable = /b');
    const { sandbox, warnings } = await loadConfiguration({ config });
    expect(warnings).toEqual([]);
    expect(sandbox.user?.text).toBe('nobody');
    expect(sandbox.useSandbox.word).toBe('no');
    expect(sandbox.writable.map(({ text }) => text)).toEqual(['/a', '/b']);
  });

  it("leaves pacman's XferCommand alone", async () => {
    write('XferCommand = /usr/bin/pacman-fetch -o %o %u');
    const { sandbox, pacman } = await loadConfiguration({ config });
    expect(sandbox.xferCommand).toBeUndefined();
    expect(pacman.options.get('XferCommand')?.[0]?.text).toContain('pacman-fetch');
  });

  it("warns of a DownloadUser that does not exist, as pacman doesn't", async () => {
    write('DownloadUser = nobdy');
    expect((await loadConfiguration({ config })).warnings).toEqual([
      expect.stringMatching(/pacman\.conf:2: DownloadUser = nobdy: user "nobdy" does not exist$/) as string,
    ]);
    writeOwn('UseSandbox = no');
    expect((await loadConfiguration({ config })).warnings).toEqual([]);
  });

  it.skipIf(missing('root'))('is not taken from a stranger', async () => {
    writeOwn('UseSandbox = no');
    chownSync(own, 65_534, 65_534);
    expect(await problems()).toEqual([
      [
        'config file pacman.d/pacman-fetch.conf could not be read: it belongs to uid 65534',
        expect.any(String) as string,
      ],
    ]);
    // Nor is pacman.conf, which can say everything already.
    chownSync(config, 65_534, 65_534);
    expect(await problems()).toHaveLength(2);
    for (const file of [own, config]) chownSync(file, 0, 0);
    expect(await problems()).toEqual([]);
  });

  it('is not treated as absent if it is a directory, or a link that leads nowhere', async () => {
    rmSync(own);
    mkdirSync(own);
    expect(await problems()).toEqual([
      ['pacman.d/pacman-fetch.conf is a directory', expect.stringMatching(/^Remove or rename it/)],
    ]);
    rmSync(own, { recursive: true });
    symlinkSync('nowhere', own);
    expect(await problems()).toEqual([
      ['pacman.d/pacman-fetch.conf is a link that leads nowhere', expect.stringMatching(/^Create the target/)],
    ]);
    writeFileSync(folder.file('pacman.d', 'nowhere'), '[options]\nSandboxPorts = 21\n');
    expect((await loadConfiguration({ config })).sandbox.ports.map(({ text }) => text)).toEqual(['21']);
    rmSync(own);
    expect(await problems()).toEqual([]);
  });

  it('may be absent, and so may pacman.conf where it is the default', async () => {
    const absent = folder.file('none', 'pacman.conf');
    await expect(loadConfiguration({ config: absent, mayBeAbsent: true })).rejects.toBeInstanceOf(ConfigError);
    expect((await loadConfiguration({ config: '/dev/null' })).sandbox.useSandbox.word).toBe('auto');
  });
});
