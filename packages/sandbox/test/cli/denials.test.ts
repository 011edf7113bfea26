/* sb-run --denials: what was denied, for people and for programs. */
import { mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';

import type { Denial } from '@sb/sandbox';
import { missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { createSandbox } from '../../src/index.js';
import { sbRun, sbRunPath } from '../sb-run.js';

const bare = ['--fs', 'minimal', '--rx', '/usr', '--rx?', '/bin'];
const sh = (line: string) => ['--', '/bin/sh', '-c', line];

describe.skipIf(missing('linux', 'landlock6'))('sb-run --denials', () => {
  it('lists each on standard error, and leaves the status and the output alone', async () => {
    using folder = temporaryFolder();
    writeFileSync(folder.file('x'), 'secret');
    const line = `cat ${folder.file('x')}; echo said; exit 3`;
    const without = await sbRun([...bare, ...sh(line)]);
    const { status, stdout, stderr } = await sbRun([...bare, '--denials', ...sh(line)]);
    expect([status, stdout]).toEqual([3, 'said\n']);
    expect([without.status, without.stdout, without.stderr.includes('denied:')]).toEqual([3, 'said\n', false]);
    expect(stderr).toContain(`sb-run: denied: read ${folder.file('x')}; allow with --ro ${folder.file('x')}\n`);
    const allowed = await sbRun([...bare, '--denials', '--ro', folder.file('x'), ...sh(line)]);
    expect(allowed.stdout).toBe('secretsaid\n');
    expect(allowed.stderr).not.toContain(folder.file('x'));
  });

  it('writes lines of JSON to a file, and shows no summary without a terminal', async () => {
    using folder = temporaryFolder();
    mkdirSync(folder.file('shut'));
    const file = folder.file('denials');
    const line = `for i in 1 2 3; do echo > ${folder.file('shut')}/new; done; echo > '${folder.file('shut')}/\u001B[2J'; true`;
    const { status, stderr } = await sbRun([...bare, `--denials=${file}`, ...sh(line)]);
    expect([status, stderr.includes('sb-run')]).toEqual([0, false]);
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(/^[\x20-\x7E\n]*$/);
    const lines = text
      .trimEnd()
      .split('\n')
      .map((one) => JSON.parse(one) as Denial);
    const own = lines.filter(({ path }) => path?.startsWith(folder.path) === true);
    expect(own).toMatchObject([
      { program: 'sh', right: 'make_reg', errno: 'EACCES', count: 3, add: { options: ['--rw', folder.file('shut')] } },
      { path: `${folder.file('shut')}/\u001B[2J`, count: 1 },
    ]);
  });

  it('writes after what a descriptor of the caller has, and the command continues there', async () => {
    using folder = temporaryFolder();
    const log = folder.file('log');
    for (const option of ['--denials=/dev/stderr', '--denials=/dev/fd/2', '--report=/dev/stderr', '--report']) {
      const words = [process.execPath, sbRunPath(), ...bare, option, ...sh(`echo said >&2; cat ${log}; echo last >&2`)];
      // Without O_APPEND: the place is that of the descriptor.
      await runProgram('/bin/sh', ['-c', `{ echo before >&2; "$@"; echo after >&2; } 2>${log}`, 'sh', ...words]);
      const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
      expect([option, lines[0], lines.at(-1)]).toEqual([option, 'before', 'after']);
      expect(lines).toEqual(expect.arrayContaining(['said', 'last']));
      const written = lines.filter((one) => one.startsWith('{'));
      expect(written.length).toBeGreaterThan(0);
      expect(written.map((one) => typeof JSON.parse(one))).toEqual(written.map(() => 'object'));
    }
  });

  it('says that nothing was denied where a command failed, and only there', async () => {
    const said = 'no denial was seen. The command probably failed for a reason other than the sandbox';
    const run = async (line: string) => (await sbRun(['--denials', ...sh(line)])).stderr;
    expect(await run('exit 4')).toBe(`sb-run: ${said}\n`);
    expect(await run('exit 0')).toBe('');
    expect(await run('cat /etc/passwd >/dev/null; : > /usr/x')).not.toContain(said);
  });

  it('escapes what a program puts into a name', async () => {
    using folder = temporaryFolder();
    const { stderr } = await sbRun([...bare, '--denials', ...sh(`echo > '${folder.path}/\u001B[2J\n'; true`)]);
    expect(stderr).toContain(String.raw`denied: make '${folder.path}/\x1b[2J\n'; allow with --rw ${folder.path}`);
  });

  it('reports a program that may not be executed', async () => {
    using folder = temporaryFolder();
    const options = ['--fs', 'none', '--ro', folder.path];
    const cat = realpathSync('/bin/cat');
    const { status, stderr } = await sbRun([...options, '--denials', '--', '/bin/cat', '/etc/passwd']);
    expect([status, stderr.includes('EACCES')]).toEqual([126, true]);
    expect(stderr).toContain(`sb-run: denied: execute ${cat}; allow with --rx ${cat}\n`);
    const file = folder.file('denials');
    expect((await sbRun([...options, `--denials=${file}`, '--', '/bin/cat', '/etc/passwd'])).status).toBe(126);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ program: 'cat', path: cat, right: 'execute' });
  });

  it('does not share the file of the report', async () => {
    using folder = temporaryFolder();
    const [report, denials] = [folder.file('report'), folder.file('denials')];
    const one = `${folder.path}/./report`;
    const shared = await sbRun([`--report=${report}`, `--denials=${one}`, '--', '/bin/echo', 'ran']);
    expect([shared.status, shared.stdout]).toEqual([125, '']);
    expect(shared.stderr).toContain('--report and --denials name the same file. Name two files.');
    const apart = await sbRun([`--report=${report}`, `--denials=${denials}`, '--', '/bin/echo', 'ran']);
    expect([apart.status, apart.stdout]).toEqual([0, 'ran\n']);
    const both = await sbRun(['--report', '--denials', '--', '/bin/echo', 'ran']);
    expect([both.status, both.stdout]).toEqual([0, 'ran\n']);
  });

  it('is not combined with what runs nothing, and follows no link for its file', async () => {
    using folder = temporaryFolder();
    const explained = await sbRun(['--denials', '--explain', '--', 'true']);
    expect([explained.status, explained.stderr]).toEqual([
      125,
      expect.stringContaining('--denials cannot be combined'),
    ]);
    symlinkSync('elsewhere', folder.file('link'));
    const linked = await sbRun([`--denials=${folder.file('link')}`, '--', 'true']);
    expect([linked.status, linked.stderr]).toEqual([125, expect.stringContaining('Nothing was run')]);
  });

  it('says before the start where it is not available: inside another, and without rules or a filter', async () => {
    const inner = [process.execPath, sbRunPath(), '--denials', '--', '/bin/true'];
    const nested = await sbRun(['--denials', '--', ...inner]);
    expect(nested.status).toBe(125);
    expect(nested.stderr).toContain('a sandbox around this one supervises system calls already');
    expect((await sbRun(['--', ...inner])).status).toBe(0);
    for (const options of [
      ['--off', 'landlock'],
      ['--off', 'seccomp'],
    ]) {
      const { status, stderr } = await sbRun(['--denials', ...options, '--', '/bin/echo', 'ran']);
      expect([status, stderr]).toEqual([125, expect.stringContaining('denials cannot be reported')]);
    }
    expect(() => createSandbox({ off: ['landlock'] }).spawn('/bin/true', { denials: true })).toThrow(
      expect.objectContaining({ code: 'unsupported-kernel', step: 'denials' }),
    );
  });
});
