import { mkdirSync, writeFileSync } from 'node:fs';

import { missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { afterAll, describe, expect, it } from 'vitest';

import { readPacmanConf } from '../../src/config/pacman-conf.js';
import { settingsOf } from '../../src/config/settings.js';
import { environment } from '../kit/fetch-program.js';

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());

for (const [name, user] of [
  ['a.conf', 'ann'],
  ['b.conf', 'bob'],
  ['{a,b}.conf', 'brace'],
  ['.hidden.conf', 'hid'],
] as const) {
  writeFileSync(folder.file(name), `DownloadUser = ${user}\n`);
}
mkdirSync(folder.file('sub', 'deep'), { recursive: true });
writeFileSync(folder.file('sub', 'z.conf'), 'DownloadUser = sub\n');
writeFileSync(folder.file('sub', 'deep', 'z.conf'), 'DownloadUser = deep\n');
writeFileSync(folder.file('section.conf'), '[core]\nServer = x\n');

/** Bodies of a pacman.conf; `@` stands for the test's folder. */
const bodies: readonly string[] = [
  '[options]\nDownloadUser = ann\n',
  '[options]\n\tDownloadUser\t=\t ann \t\n',
  '[options]\nDownloadUser=ann=bob\n',
  '[options]\nDownloadUser = ann # bob\n',
  '[options]\n#DownloadUser = ann\n',
  '[options]\n  # DownloadUser = ann\n',
  '[options]\nDownloadUser = ann\nDownloadUser = bob\n',
  '[options]\nDownloadUser\n',
  '[options]\nDownloadUser\nDownloadUser = bob\n',
  '[options]\ndownloaduser = ann\n',
  '[options]\n= ann\n',
  '  [options]  \nDownloadUser = ann\n',
  '[ options ]\nDownloadUser = ann\n',
  '[options] # x\nDownloadUser = ann\n',
  '[options\nDownloadUser = ann\n',
  '[]\nDownloadUser = ann\n',
  'DownloadUser = ann\n',
  'Color\n[options]\n',
  '[core]\nDownloadUser = ann\n',
  '[core]\nServer = x\n[options]\nDownloadUser = ann\n',
  '[options]\r\nDownloadUser = ann\r\n',
  '[options]\nDownloadUser = ann',
  '[options]\nInclude = @/a.conf\n',
  '[options]\nInclude = @/b.conf\nInclude = @/a.conf\n',
  '[options]\nInclude = @/?.conf\n',
  '[options]\nInclude = @/[b-z].conf\n',
  '[options]\nInclude = @/[!a].conf\n',
  '[options]\nInclude = @/*.conf\n',
  '[options]\nInclude = @/{a,b}.conf\n',
  '[options]\nInclude = @/{a,b}*.conf\n',
  '[options]\nInclude = @/**/z.conf\n',
  '[options]\nInclude = @/*/z.conf\n',
  '[options]\nInclude = @/none*.conf\n',
  '[options]\nInclude = @/none.conf\n',
  '[options]\nInclude = @/sub\nDownloadUser = ann\n',
  '[options]\nInclude\n',
  '[options]\nInclude = @/section.conf\nDownloadUser = ann\n',
  'Include = @/a.conf\n[options]\n',
];

describe.skipIf(missing('pacman'))('the configuration', () => {
  it.each(bodies)('reads as pacman-conf reads it: %j', async (body) => {
    const file = folder.file('pacman.conf.test');
    writeFileSync(file, body.replaceAll('@', folder.path));
    const { status, stdout } = await runProgram('pacman-conf', ['--config', file, 'DownloadUser'], {
      env: environment,
    });
    const theirs = status === 0 ? stdout.trim() : 'error';
    let ours: string;
    try {
      ours = settingsOf(readPacmanConf(file)).user?.name ?? '';
    } catch {
      ours = 'error';
    }
    expect(ours).toBe(theirs);
  });
});
