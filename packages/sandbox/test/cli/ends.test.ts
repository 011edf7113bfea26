import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

import { missing, someOf, temporaryFolder, valuesOf } from '@sb/test-kit';
import { afterEach, describe, expect, it } from 'vitest';

import { sbRun, sbRunPath } from '../sb-run.js';

const sh = (line: string) => ['--', 'sh', '-c', line];

describe('sb-run: exit status', () => {
  it.each([
    [sh('exit 0'), 0],
    [sh('exit 7'), 7],
    [sh('exit 255'), 255],
    [sh('kill -TERM $$'), 143],
    [sh('kill -KILL $$'), 137],
    [sh('kill -SEGV $$'), 139],
    // Real-time signals, which Node has no name for.
    [sh('kill -34 $$'), 162],
    [sh('kill -64 $$'), 192],
    [['--', 'no-such-program'], 127],
    [['--', '/no/such/program'], 127],
    [['--', '/etc/passwd'], 126],
    [['--', '/etc'], 126],
    [['--rw', '/no/such/folder', '--', 'true'], 125],
    [['--cwd', '/no/such/folder', '--', 'true'], 125],
    [['--user', 'no-such-user', '--', 'true'], 125],
    [['--no-such-option'], 125],
    [[], 125],
  ] as const)('%j is %i', async (args, expected) => {
    const { status, stderr } = await sbRun(args);
    expect(status).toBe(expected);
    // Our own word is there if and only if nothing was run.
    expect(stderr !== '').toBe([125, 126, 127].includes(expected));
    if (stderr !== '') expect(stderr).toMatch(/^sb-run: .*\.\n$/);
  });

  it('is the true one where a filter around it answers waitid(2) with an error', async () => {
    const inner = [process.execPath, sbRunPath(), '--off', 'landlock', '--'];
    const within = ['--off', 'landlock', '--deny', 'waitid', '--', ...inner];
    for (const [line, expected] of [
      ['exit 3', 3],
      ['kill -KILL $$', 137],
      ['exit 0', 0],
    ] as const)
      expect(await sbRun([...within, 'sh', '-c', line])).toMatchObject({ status: expected, stderr: '' });
  });

  it('is 127 for a script whose interpreter is missing, 126 for one without', async () => {
    using folder = temporaryFolder();
    for (const [name, content, expected] of [
      ['lost', '#!/no/such/interpreter\n', 127],
      ['none', 'neither program nor script', 126],
    ] as const) {
      writeFileSync(folder.file(name), content);
      chmodSync(folder.file(name), 0o755);
      expect(await sbRun(['--', folder.file(name)])).toMatchObject({ status: expected, stdout: '' });
    }
  });

  it('is 125 with layer, step, cause and remedy where a layer fails, and nothing has run', async () => {
    using folder = temporaryFolder();
    const { status, stderr } = await sbRun(['--ro', folder.file('missing'), '--', 'touch', folder.file('ran')]);
    expect(status).toBe(125);
    expect(stderr).toMatch(/^sb-run: landlock, step open: .*ENOENT\. Write --ro\? in place of --ro/);
    expect(() => readFileSync(folder.file('ran'))).toThrow(/ENOENT/);
  });

  it('survives that nobody reads what it prints or says', async () => {
    const line = (args: string) => `"${process.execPath}" "${sbRunPath()}" ${args}; echo $? >&3`;
    for (const [args, expected] of [
      ['--help >&-', '0'],
      ['--nonsense 2>&-', '125'],
      ['--nonsense 2>/dev/full', '125'],
      ['-- cat <&- >/dev/null', '0'],
      ['--help >/dev/full', '125'],
      ['-- sh -c "exit 3" <&- >&- 2>&-', '3'],
    ] as const) {
      const child = spawn('/bin/sh', ['-c', line(args)], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
      expect((await text(child.stdio[3] as NodeJS.ReadableStream)).trim(), args).toBe(expected);
    }
  });

  it('ends as by SIGPIPE where it prints into a pipe that nobody reads', async () => {
    const line = `{ sleep 1; "${process.execPath}" "${sbRunPath()}" --completion bash; echo $? >&3; } | true`;
    const child = spawn('/bin/bash', ['-c', line], { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
    expect((await text(child.stdio[3] as NodeJS.ReadableStream)).trim()).toBe('141');
  });

  it('leaves a pipe that it shares with the command blocking', async () => {
    const line = 'grep flags: /proc/self/fdinfo/1 /proc/self/fdinfo/2';
    const { stdout } = await sbRun(sh(`${line}; sleep 0.3; ${line}`));
    const flags = stdout.trim().split('\n');
    expect(flags).toHaveLength(4);
    // O_NONBLOCK is octal 04000.
    for (const flag of flags) expect(Number.parseInt(flag.split('\t')[1] ?? '', 8) & 0o4000).toBe(0);
  });
});

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** Starts sb-run with a command that says when it is ready, and what signals it gets. */
async function start(options: readonly string[], line: string) {
  const child = spawn(process.execPath, [sbRunPath(), ...options, ...sh(line)], { stdio: ['pipe', 'pipe', 'ignore'] });
  started.push(child);
  const output: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (part: string) => output.push(part));
  const said = async (word: string): Promise<string> => {
    for (let waited = 0; !output.join('').includes(word); waited += 20) {
      if (waited > 10_000) throw new Error(`never said ${word}: ${output.join('')}`);
      await delay(20);
    }
    return output.join('');
  };
  const pid = Number(/pid (\d+)/.exec(await said('ready\n'))?.[1]);
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
  return { child, pid, said, ended };
}

/** A task's state letter, proc_pid_stat(5). */
function stateOf(pid: number | undefined): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[0];
}

async function until(what: () => boolean): Promise<void> {
  for (let waited = 0; !what(); waited += 20) {
    if (waited > 10_000) throw new Error(`waited in vain: ${what.toString()}`);
    await delay(20);
  }
}

const trapping = (signal: string) =>
  `trap 'echo got ${signal}; exit 9' ${signal}; echo pid $$; echo ready; while :; do sleep 0.05; done`;

describe('sb-run: signals', () => {
  const cases = ['', '--no-new-session'].flatMap((option) =>
    ['INT', 'TERM', 'HUP', 'QUIT', 'WINCH', 'USR1', 'USR2'].map((signal) => ({ signal, option })),
  );
  // Each signal in one of the ways, and in `npm run test:long` in both.
  it.each(someOf(cases, valuesOf))('passes SIG$signal on, with "$option"', async ({ signal, option }) => {
    const options = option === '' ? [] : [option];
    const { child, said, ended } = await start(options, trapping(signal));
    child.kill(`SIG${signal}` as NodeJS.Signals);
    await said(`got ${signal}`);
    expect(await ended).toEqual([9, null]);
  });

  it('reaches the whole process group, as from a terminal', async () => {
    const inner = `(trap 'echo inner; exit' TERM; echo ready; while :; do sleep 0.05; done) &`;
    const { child, said, ended } = await start([], `echo pid $$; trap 'wait; exit 4' TERM; ${inner} wait; wait`);
    child.kill('SIGTERM');
    await said('inner');
    expect(await ended).toEqual([4, null]);
  });

  it('ends as the command ends by a signal', async () => {
    const { child, ended } = await start([], 'echo pid $$; echo ready; exec sleep 60');
    child.kill('SIGTERM');
    expect(await ended).toEqual([143, null]);
  });

  it('stops and goes on together with the command', async () => {
    // A shell that starts programs could be stopped in the middle of vfork(2), which no signal interrupts: state D.
    const waiting = `trap 'echo got TERM; exit 9' TERM; sleep 60 & echo pid $$; echo ready; wait`;
    const { child, pid, said, ended } = await start([], waiting);
    child.kill('SIGTSTP');
    await until(() => stateOf(child.pid) === 'T' && stateOf(pid) === 'T');
    child.kill('SIGCONT');
    await until(() => stateOf(child.pid) !== 'T' && stateOf(pid) !== 'T');
    child.kill('SIGTERM');
    await said('got TERM');
    expect(await ended).toEqual([9, null]);
  });

  it('takes the command along when it is killed', async () => {
    const { child, pid, ended } = await start([], 'echo pid $$; echo ready; exec sleep 60');
    expect(stateOf(pid)).toMatch(/[RS]/);
    child.kill('SIGKILL');
    await ended;
    await until(() => {
      try {
        return stateOf(pid) === 'Z';
      } catch {
        return true;
      }
    });
  });

  it('passes standard input through, to its end', async () => {
    const { child, said, ended } = await start([], 'echo pid $$; echo ready; cat; echo end of input');
    child.stdin?.write('first\n');
    await said('first');
    child.stdin?.end('second\n');
    await said('second\nend of input');
    expect(await ended).toEqual([0, null]);
  });
});

/** Types ^C into a terminal of its own whose shell job is sb-run, and prints what comes back. */
const typing = `
import os, pty, sys, time, select
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
seen = b''
typed = False
while True:
    if select.select([terminal], [], [], 10)[0] == []:
        break
    try:
        part = os.read(terminal, 4096)
    except OSError:
        break
    if part == b'':
        break
    seen += part
    if b'ready' in seen and not typed:
        typed = True
        os.write(terminal, b'\\x03')
_, status = os.waitpid(pid, 0)
print(seen.decode().count('got INT'), os.waitstatus_to_exitcode(status))
`;

describe.skipIf(missing('linux'))('sb-run: in a terminal', () => {
  it.each([[[]], [['--no-new-session']]])('^C reaches the command once, with %j', async (options) => {
    // The trap counts for a while: a second SIGINT would be seen.
    const line = `trap 'echo got INT' INT; echo ready; for i in 1 2 3 4 5 6 7 8; do sleep 0.1; done; exit 5`;
    const words = ['-c', typing, process.execPath, sbRunPath(), ...options, ...sh(line)];
    const child = spawn('/usr/bin/python3', words, { stdio: ['ignore', 'pipe', 'inherit'] });
    expect(await text(child.stdout)).toBe('1 5\n');
  });
});
