/* The program itself in a terminal, beside pacman in the same one. */
import { writeFileSync, mkdirSync } from 'node:fs';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { program } from '../kit/fetch-program.js';
import { type Mirror, startMirror } from '../kit/mirror.js';
import { runInTerminal } from '../kit/terminal.js';
import { makeRepository, type Repository } from '../pacman/repository.js';

let folder: TemporaryFolder;
let repository: Repository;
let mirror: Mirror;

beforeEach(async () => {
  folder = temporaryFolder();
  repository = makeRepository(folder.path);
  const names = ['test.db', 'test.db.sig', ...repository.packages, ...repository.packages.map((name) => `${name}.sig`)];
  mirror = await startMirror(Object.fromEntries(names.map((name) => [`/${name}`, repository.read(name)])));
});
afterEach(async () => {
  await mirror[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

/** Where the figures of a line begin and end, and its bar: what differs from run to run is the time that it took. */
const layoutOf = (line: string | undefined) =>
  line?.replace(/ +[\d.]+ +(?:B|[KM]iB)\/s [\d:-]{5}/, (figures) => 'x'.repeat(figures.length));

async function fetchInTerminal(name: string, columns: number, ...options: readonly string[]) {
  writeFileSync(folder.file('pacman-fetch.conf'), '[options]\nSandboxUser = nobody\n');
  const args = ['--config', folder.file('pacman-fetch.conf'), ...options, '-o', folder.file(name)];
  const command = [process.execPath, program, ...args, `${mirror.origin}/${name}`];
  return await runInTerminal(command, { columns });
}

describe.skipIf(missing('root', 'pacman'))('-o FILE URL in a terminal', () => {
  it.each([80, 120, 200])('ends with the line that pacman ends with, at %i columns', async (columns) => {
    for (const name of ['root', 'db', 'cache']) mkdirSync(folder.file(name));
    const config = folder.file('pacman.conf');
    const paths = [`RootDir = ${folder.file('root')}`, `DBPath = ${folder.file('db')}`];
    const server = ['SigLevel = Never', '[test]', `Server = ${mirror.origin}`];
    writeFileSync(config, ['[options]', ...paths, 'Architecture = auto', ...server, ''].join('\n'));
    const theirs = await runInTerminal(['pacman', '--config', config, '-Sy'], { columns });
    const ours = await fetchInTerminal('test.db', columns);
    expect(ours.status).toBe(0);
    expect(theirs.screen[1]).toMatch(/^ test .*100%$/);
    expect(layoutOf(ours.screen[0])).toBe(layoutOf(theirs.screen[1]));
  });

  it('says that it failed in the place of the bar, and why below', async () => {
    const { screen, status } = await fetchInTerminal('absent.db', 80);
    expect(status).toBe(1);
    expect(screen[0]).toBe(' absent.db failed to download');
    expect(screen[1]).toMatch(/^error: failed retrieving file 'absent\.db' from 127\.0\.0\.1:\d+ : /);
  });

  it('shows nothing of a signature, and nothing at all with -q', async () => {
    expect((await fetchInTerminal('test.db.sig', 80)).written).toBe('');
    expect((await fetchInTerminal('test.db', 80, '-q')).written).toBe('');
  });

  it('--color=never has no colours, and --json no bar', async () => {
    expect((await fetchInTerminal('absent.db', 80)).written).toContain('\u001B[1;31merror:');
    expect((await fetchInTerminal('absent.db', 80, '--color=never')).written).not.toContain('\u001B[1;');
    const { screen } = await fetchInTerminal('test.db', 200, '--json');
    expect(screen.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual(
      expect.arrayContaining(['start', 'done']),
    );
  });
});
