/* Real programs under --denials, and the kernel's log as the judge: what is told happened, and nearly all that happened is told. */
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';

import { missing } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { makePlace, type Place } from '../commands/place.js';
import { type Judgement, judge, recallOf, type Subject } from '../oracle.js';
import { isExcused } from '../unreported.js';

/** Lines for the shell in a working folder that may be read, and written in `out` alone; each is denied something. */
const lines: Readonly<Record<string, string>> = {
  ls: 'ls -l ~ /etc .',
  cat: 'cat ~/notes hello.txt /proc/self/environ /proc/mounts',
  cp: 'cp hello.txt new; cp ~/notes out; cp hello.txt out',
  mv: 'mv hello.txt out; mv numbers numbers2',
  ln: 'ln -s x link; ln hello.txt linked; ln hello.txt out/linked; ln -s x out/link',
  mkdir: 'mkdir made out/made; mkfifo pipe; rmdir out/made sub',
  rm: 'rm hello.txt; rm -rf sub; touch out/x && rm out/x',
  touch: 'touch made out/made; truncate -s 0 hello.txt',
  find: "find ~ -name '*.txt'; find . -name needle.txt -delete",
  grep: 'grep -rn needle ~ sub',
  sed: "sed -i 's/world/x/' hello.txt; sed -n 1p ~/notes",
  awk: 'awk \'{ print > "made" }\' numbers',
  sort: 'sort -o numbers numbers; sort -T out numbers > out/sorted',
  diff: 'diff hello.txt ~/notes; cmp hello.txt ~/.npmrc',
  tar: 'tar -czf all.tgz sub; tar -czf out/all.tgz sub ~/.npm; tar -xzf out/all.tgz',
  gzip: 'gzip -k hello.txt; gunzip -c < hello.txt; xz -k hello.txt',
  git: 'git init -q .; git init -q out; cd out && git status; git config --global a.b c',
  make: 'make -s; make -s -C out',
  gcc: 'gcc -o hello hello.c; TMPDIR=$PWD/out gcc -o out/hello hello.c && out/hello; TMPDIR=$PWD/out gcc -o hello hello.c',
  python3:
    "python3 -c \"import os; os.listdir('/etc')\"; python3 -c \"open('made', 'w')\"; python3 -c \"import socket; socket.create_connection(('127.0.0.1', {port}))\"",
  node: "node -e \"fs.writeFileSync('made', 'x')\"; node -e \"fs.readdirSync('/root')\"; node -e \"net.connect({port}, '127.0.0.1')\"",
  npm: 'npm --version; npm init -y',
  perl: "perl -e 'unlink(q(hello.txt)); rename(q(numbers), q(out/n)); open(F, q(>made)); mkdir(q(m))'",
  curl: 'curl -sS {url}; curl -sS -o made {url}; curl -K ~/.npmrc {url}',
  wget: 'wget -t 1 -qO made {url}; wget -t 1 -qO out/page {url}',
  ssh: 'ssh -V; ssh -o BatchMode=yes -p {port} 127.0.0.1 true',
  sqlite3: "sqlite3 base.db 'create table t(a)'; sqlite3 out/base.db 'create table t(a); insert into t values (1)'",
  vi: "vi -es -c 's/hello/bye/' -c wq hello.txt; vi -es -c wq out/new",
  jq: 'jq . ~/.npmrc; file ~/notes; less ~/notes',
  ps: 'ps -ef; df; du -s ~; id; kill -0 {pid}; bash -c "kill -0 {pid}"',
  bash: 'bash -c "echo x > made; cat < ~/notes; echo > /dev/tcp/127.0.0.1/{port}"; cp run.sh out/own.sh; ./run.sh; ~/notes',
  patch:
    "printf -- '--- hello.txt\\n+++ hello.txt\\n@@ -1 +1 @@\\n-hello world\\n+bye\\n' | patch -p0; split -l 2 numbers",
};

const isThere = (program: string): boolean =>
  [dirname(process.execPath), '/usr/bin', '/bin'].some((folder) => existsSync(`${folder}/${program}`));

let server: Server;
let port = 0;
const places: Place[] = [];

beforeAll(async () => {
  server = createServer((_, response) => response.end('x')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.close();
  for (const place of places) place[Symbol.dispose]();
});

function subjectOf(name: string): Subject {
  const start = async () => {
    const place = makePlace();
    places.push(place);
    const { home, work } = place;
    const words: Readonly<Record<string, string>> = {
      port: String(port),
      url: `http://127.0.0.1:${port}/`,
      pid: String(process.pid),
    };
    const line = (lines[name] ?? '').replaceAll(/\{(port|url|pid)\}/g, (_, word: string) => words[word] ?? '');
    const programs = ['/usr', '/bin', '/lib', '/lib64', dirname(process.execPath)];
    const paths = [
      ...programs.map((path) => ({ rx: path, optional: true })),
      { rx: work },
      { rwx: `${work}/out` },
      { rw: '/dev/null' },
    ];
    const path = [dirname(process.execPath), '/usr/bin', '/bin'].join(':');
    return await Promise.resolve({
      policy: {
        landlock: { preset: 'none' as const, paths, net: { connectTcp: [], bindTcp: [] } },
        unix: 'any' as const,
      },
      command: ['/bin/sh', '-c', line] as const,
      cwd: work,
      env: { PATH: path, HOME: home, LC_ALL: 'C.UTF-8', TERM: 'dumb' },
      fold: (text: string) => text.replaceAll(home, '/HOME'),
    });
  };
  return { name, start };
}

describe.skipIf(missing('linux', 'root', 'landlock7', 'audit'))('denials of real programs', () => {
  const names = Object.keys(lines).filter(isThere);
  const batches = Array.from({ length: Math.ceil(names.length / 8) }, (_, index) =>
    names.slice(8 * index, 8 * index + 8),
  );
  const all: Judgement[] = [];

  it.each(batches.map((batch) => [batch.join(', '), batch] as const))(
    'are told as they happened: %s',
    async (_, batch) => {
      const judged = await judge(batch.map(subjectOf));
      all.push(...judged);
      for (const { name, told, wrong, missed } of judged) {
        expect([name, wrong]).toEqual([name, []]);
        expect([name, missed.filter((line) => !isExcused(line))]).toEqual([name, []]);
        expect([name, told > 0]).toEqual([name, true]);
      }
    },
  );

  it('are told nearly all', () => {
    const { ofAll, ofKnowable, text } = recallOf(all);
    process.stdout.write(`${all.length} programs: ${text}\n`);
    expect(all.length).toBeGreaterThanOrEqual(25);
    expect(ofKnowable).toBeGreaterThanOrEqual(0.99);
    expect(ofAll).toBeGreaterThanOrEqual(0.99);
  });
});
