/* What downloads can do with the terminal of who started it. */
import { chownSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { childrenOf, isInOneProcess, program } from '../kit/fetch-program.js';
import { type Mirror, startMirror } from '../kit/mirror.js';
import { runInTerminal } from '../kit/terminal.js';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
  for (const name of ['db', 'cache', 'pacman.d']) mkdirSync(folder.file(name));
});
afterEach(() => folder[Symbol.dispose]());

/** What the command finds at its descriptors 0, 1 and 2, and at the terminal by its own name; and what it says. */
const nosy = `
import errno, fcntl, os, select, sys, termios
def tried(act):
    try:
        return act()
    except OSError as error:
        return errno.errorcode[error.errno]
def read(fd):
    return os.read(fd, 100).decode() if select.select([fd], [], [], 1)[0] else "nothing"
lines = [f"{fd} tty {os.isatty(fd)} read {tried(lambda: read(fd))!r} sti {tried(lambda: fcntl.ioctl(fd, termios.TIOCSTI, b'x'))}" for fd in (0, 1, 2)]
lines.append(f"/dev/tty {tried(lambda: os.open('/dev/tty', os.O_RDWR))}")
print("on standard output")
os.write(2, b"\\x1b]0;owned\\x07\\x1b[2Jescaped\\n" + b"\\xc2\\x9b2J\\n")
# It begins as an archive does, as a database has to.
open(sys.argv[1], "w").write("BZh\\n" + "\\n".join(lines))
`;

function configure(own: readonly string[], server: string): string {
  writeFileSync(folder.file('nosy.py'), nosy);
  const command = `XferCommand = /usr/bin/python3 ${folder.file('nosy.py')} %o %u`;
  writeFileSync(folder.file('pacman.d/pacman-fetch.conf'), ['[options]', command, ...own, ''].join('\n'));
  const places = [`DBPath = ${folder.file('db')}`, `CacheDir = ${folder.file('cache')}`];
  const lines = ['[options]', ...places, 'SigLevel = Never', '[test]', `Server = ${server}`, ''];
  writeFileSync(folder.file('pacman.conf'), lines.join('\n'));
  return folder.file('pacman.conf');
}

describe.skipIf(missing('root', 'linux'))('an XferCommand', () => {
  it.each([
    ['in its sandbox', ['SandboxUser = nobody']],
    ['as root in its sandbox', ['SandboxUserSwitch = off']],
    ['without any', ['UseSandbox = no']],
  ])('%s reads nothing of what is typed, and writes no escape', async (_, own) => {
    const config = configure(own, 'http://127.0.0.1:1');
    const command = [process.execPath, program, 'refresh', '--config', config];
    const { written } = await runInTerminal(command, { columns: 80, typed: 'secret' });
    const found = readFileSync(folder.file('db/sync/test.db'), 'utf8').split('\n').slice(1);
    expect(found).toEqual([
      expect.stringMatching(/^0 tty False read '' sti E/),
      expect.stringMatching(/^1 tty False read 'nothing' sti E/),
      expect.stringMatching(/^2 tty False read 'nothing' sti E/),
      expect.stringMatching(/^\/dev\/tty (?:E\w+|\d+)$/),
    ]);
    expect(written).toContain('escaped');
    expect(written).toContain('on standard output');
    expect(written).not.toContain('\u001B]0;owned');
    expect(written).not.toContain('\u001B[2J');
    expect(written).not.toContain('\u009B');
  });
});

/** How a process holds terminals open: the access mode of each descriptor. */
function terminalsOf(pid: number): readonly number[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      if (!readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith('/dev/pts/')) return [];
      const flags = /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'latin1'))?.[1] ?? '';
      return [Number.parseInt(flags, 8) & 3];
    } catch {
      return [];
    }
  });
}

/** The process that has a word on its command line, and that Node runs. */
function processWith(word: string): number {
  const found = readdirSync('/proc').filter((name) => {
    try {
      const line = /^\d+$/.test(name) ? readFileSync(`/proc/${name}/cmdline`, 'latin1').split('\0') : [];
      return line[0] === process.execPath && line.includes(word);
    } catch {
      return false;
    }
  });
  if (found.length !== 1) throw new Error(`${found.length} processes have ${word}`);
  return Number(found[0]);
}

const readWrite = 2;
const writeOnly = 1;

describe.skipIf(missing('root', 'linux'))('-o', () => {
  let mirror: Mirror;
  let held: { readonly own: readonly number[]; readonly worker: readonly number[] | undefined };
  const path = `/${process.pid}.part`;
  beforeEach(async () => {
    mirror = await startMirror(
      {},
      {
        [path]: (_request, response) => {
          const pid = processWith(`${mirror.origin}${path}`);
          const [worker] = childrenOf(pid);
          held = { own: terminalsOf(pid), worker: worker === undefined ? undefined : terminalsOf(worker) };
          response.writeHead(200, { 'content-length': 1 }).end('x');
        },
      },
    );
  });
  afterEach(async () => await mirror[Symbol.asyncDispose]());

  it('keeps no descriptor of the terminal that can be read, where it downloads itself', async () => {
    writeFileSync(folder.file('pacman.conf'), '[options]\nSandboxUser = nobody\n');
    const args = ['--config', folder.file('pacman.conf'), '-o', folder.file('x.part'), `${mirror.origin}${path}`];
    const result = await runInTerminal([process.execPath, program, ...args], { columns: 80, typed: 'secret' });
    expect(result).toMatchObject({ status: 0 });
    if (!isInOneProcess) expect(held.worker).toEqual([]);
    else expect({ worker: held.worker, own: new Set(held.own) }).toEqual({ own: new Set([writeOnly]) });
  });

  it('downloads by a worker that has none, where the terminal is another user’s', async () => {
    chownSync(folder.path, 65_534, 65_534);
    const args = ['--config', '/dev/null', '-o', folder.file('x.part'), `${mirror.origin}${path}`];
    const asNobody = ['/usr/bin/setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    const result = await runInTerminal([...asNobody, process.execPath, program, ...args], { columns: 80 });
    expect(result).toMatchObject({ status: 0 });
    expect(held).toMatchObject({ worker: [] });
    expect(held.own).toContain(readWrite);
  });
});
