/* Settings that another process of the sandbox's user leaves in the folder that passwd(5) calls its home. */
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { missing, runProgram, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { environment, program } from '../kit/fetch-program.js';
import { type Mirror, serve, startMirror } from '../kit/mirror.js';
import { makeRepository, type Repository } from '../pacman/repository.js';
import { Machine } from './machine.js';

/** A user of these tests alone, whom only a copy of /etc/passwd names. */
const uid = 61_719;
const name = 'sb-xfer-home';

const repositories = temporaryFolder();
let repository: Repository;
let mirror: Mirror;
let folder: TemporaryFolder;
/** Who asked, in its own words. */
let agents: (string | undefined)[] = [];

beforeAll(async () => {
  repository = makeRepository(repositories.path);
  mirror = await startMirror(
    {},
    {
      '/test.db': (request, response) => {
        agents.push(request.headers['user-agent']);
        serve(repository.read('test.db'), request, response);
      },
    },
  );
});
afterAll(async () => {
  await mirror[Symbol.asyncDispose]();
  repositories[Symbol.dispose]();
});
beforeEach(() => {
  agents = [];
  folder = temporaryFolder();
  mkdirSync(folder.file('home'));
  chownSync(folder.file('home'), uid, uid);
  const line = `${name}:x:${uid}:${uid}::${folder.file('home')}:/bin/sh\n`;
  writeFileSync(folder.file('passwd'), `${readFileSync('/etc/passwd', 'utf8')}${line}`);
  writeFileSync(folder.file('group'), `${readFileSync('/etc/group', 'utf8')}${name}:x:${uid}:\n`);
});
afterEach(() => folder[Symbol.dispose]());

/** Leaves the settings there. */
function leave(file: string, text: string): void {
  const path = folder.file('home', file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  for (const one of [path, dirname(path)]) chownSync(one, uid, uid);
}

/** Runs a program where /etc/passwd names the user. */
async function run(...args: readonly string[]) {
  const script = 'mount --bind "$0/passwd" /etc/passwd && mount --bind "$0/group" /etc/group && exec "$@"';
  const all = ['--mount', '--propagation', 'private', 'sh', '-c', script, folder.path, ...args];
  return await runProgram('unshare', all, { env: environment });
}

const programs = [
  ['curl', '/usr/bin/curl -sfRLo %o %u', '.curlrc', 'user-agent = "theirs"\n'],
  ['wget', '/usr/bin/wget -qO %o %u', '.wgetrc', 'user_agent = theirs\n'],
  ['aria2', '/usr/bin/aria2c -q --allow-overwrite=true -d / -o %o %u', '.aria2/aria2.conf', 'user-agent=theirs\n'],
] as const;

const tools = missing('root', 'linux', 'unshare', 'pacman', 'curl', 'wget', 'aria2', 'landlock6');

describe.skipIf(tools)('the home of the user that an XferCommand runs as', () => {
  it.each(programs)('has no say in what %s does', async (_, command, file, text) => {
    leave(file, text);
    mkdirSync(folder.file('machine'));
    const own = [`XferCommand = ${command}`];
    const machine = new Machine(folder.file('machine'), { servers: [mirror.origin], sandboxUser: name, own });
    const result = await run(process.execPath, program, 'refresh', '--config', machine.config);
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect(agents).toHaveLength(1);
    expect(agents).not.toContain('theirs');
  });

  it.each(programs)('is obeyed by %s that the user starts: the control', async (_, command, file, text) => {
    leave(file, text);
    chmodSync(folder.path, 0o777);
    const words = command.replace('%o', folder.file('got')).replace('%u', `${mirror.origin}/test.db`).split(' ');
    const user = ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
    expect(await run(...user, 'env', `HOME=${folder.file('home')}`, ...words)).toMatchObject({ status: 0 });
    expect(agents).toEqual(['theirs']);
  });
});
