import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs';

import { rx } from '@sb/landlock';
import * as privdrop from '@sb/privdrop';
import * as seccomp from '@sb/seccomp';
import { type Attempt, compileFixture, missing, probeArguments, probePath } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { launch } from '../../src/launch/launch.js';
import { joinRecords } from '../../src/launch/process-record.js';
import { allLayers, attack, processOf, run } from '../launcher.js';

const lines = (text: string): Record<string, string> =>
  Object.fromEntries(
    text.split('\n').map((line) => [line.split(':')[0] ?? '', line.slice(line.indexOf(':') + 1).trim()]),
  );

describe.skipIf(missing('root', 'linux'))('the launcher', () => {
  it('applies every layer before the target runs', async () => {
    const { status, exit, stdout } = await run([
      processOf(['/bin/cat', '/proc/self/status']),
      ...allLayers({ paths: systemPaths() }),
    ]);
    expect(status.kind).toBe('executed');
    expect(exit).toBe(0);
    const none = '0000000000000000';
    expect(lines(stdout)).toMatchObject({
      Uid: '65534\t65534\t65534\t65534',
      Gid: '65534\t65534\t65534\t65534',
      Groups: '',
      CapInh: none,
      CapPrm: none,
      CapEff: none,
      CapBnd: none,
      CapAmb: none,
      NoNewPrivs: '1',
      Seccomp: '2',
    });
  });

  it('sets no_new_privs with any layers', async () => {
    expect(lines((await run([processOf(['/bin/cat', '/proc/self/status'])])).stdout)).toMatchObject({
      NoNewPrivs: '1',
    });
  });

  it('dies where its own filter lets it neither become the target nor end', async () => {
    const { record } = seccomp.plan(seccomp.policy({ base: 'deny-all' }), seccomp.support());
    const { exit, stdout } = await run([processOf(['/bin/echo', 'ran']), record]);
    expect(stdout).toBe('');
    expect(exit).toBe(process.arch === 'arm64' ? 'SIGTRAP' : 'SIGILL');
  });

  it('gives the groups of the user, and no others', async () => {
    const groups = async (list: readonly number[]) => {
      const policy = privdrop.policy({ user: 'nobody', groups: list });
      const { record } = privdrop.plan(policy, privdrop.support());
      return lines((await run([processOf(['/bin/cat', '/proc/self/status']), record])).stdout)['Groups'];
    };
    expect(await groups([27, 44])).toBe('27 44');
    expect(await groups([])).toBe('');
  });

  it('asks for the signal of its parent’s death when the ids have changed, which takes it away', async () => {
    expect(await attack([['dies-with-parent']], allLayers())).toEqual(['OK']);
    const program = [probePath(), ...probeArguments([['dies-with-parent']])];
    const { stdout } = await run([processOf(program, { dieWithParent: false })]);
    expect(stdout).toContain('ESRCH');
  });

  it('denies what each layer forbids, and lets the rest', async () => {
    const attempts: readonly (readonly [attempt: Attempt, denied: string])[] = [
      [['setresuid', 0, 0, 0], 'EPERM'], // privdrop
      [['open-read', '/etc/shadow'], 'EACCES'], // privdrop
      [['open-read', '/usr/bin/env'], 'EACCES'], // landlock
      [['connect-tcp', 80], 'EACCES'], // landlock
      [['signal', process.pid], 'EPERM'], // privdrop, and landlock's scope
    ];
    const tried = attempts.map(([attempt]) => attempt);
    const control = await attack(tried, []);
    expect(control.filter((_, index) => tried[index]?.[0] !== 'connect-tcp')).toEqual(['OK', 'OK', 'OK', 'OK']);
    expect(control).toContain('ECONNREFUSED');
    expect(await attack(tried, allLayers())).toEqual(attempts.map(([, denied]) => denied));
    expect(await attack([['open-read', '/etc/passwd']], allLayers())).toEqual(['OK']);
  });

  it('gives exactly the descriptors, environment, directory, mask and limits of the record', async () => {
    const leak = openSync('/etc/passwd', 'r');
    const script = 'ls /proc/self/fd; env | sort; pwd; umask; ulimit -n; ps -o sid= -p $$; echo $$';
    const { stdout } = await run([
      processOf(['/bin/sh', '-c', script], {
        umask: 0o027,
        cwd: '/usr',
        rlimits: { nofile: 77 },
        env: { PATH: '/usr/bin', ONE: '1' },
      }),
    ]);
    closeSync(leak);
    const answer = stdout.trim().split('\n');
    // ls itself opens the folder as 3.
    expect(answer.slice(0, 4)).toEqual(['0', '1', '2', '3']);
    expect(answer.slice(4, 7)).toEqual(['ONE=1', 'PATH=/usr/bin', 'PWD=/usr']);
    expect(answer.slice(7, 10)).toEqual(['/usr', '0027', '77']);
    expect(answer[10]?.trim()).toBe(answer[11]);
  });

  it.each([
    ['its exit status', 'exit 42', 42],
    ['a signal that ends it', 'kill -TERM $$', 'SIGTERM'],
    ['an exit status that is also the launcher’s', 'exit 125', 125],
  ])('passes on %s', async (_name, script, expected) => {
    const { status, exit } = await run([processOf(['/bin/sh', '-c', script])]);
    expect(status.kind).toBe('executed');
    expect(exit).toBe(expected);
  });

  it('ends its target when the parent is killed', async () => {
    const parent = spawn(process.execPath, [compileFixture(new URL('fixtures/parent.ts', import.meta.url))], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const target = Number(line);
    expect(readFileSync(`/proc/${target}/comm`, 'utf8').trim()).toBe('sleep');
    parent.kill('SIGKILL');
    for (let tries = 0; tries < 200 && existsSync(`/proc/${target}`); tries++) {
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
    }
    expect(existsSync(`/proc/${target}`)).toBe(false);
  });

  it('starts two at once and a hundred one after the other, and leaks no descriptor', async () => {
    const before = openDescriptors();
    await Promise.all([run([processOf(['/bin/true'])]), run([processOf(['/bin/true'])])]);
    for (let turn = 0; turn < 100; turn++) {
      const { child, status } = launch(joinRecords([processOf(['/bin/true'])]), ['ignore', 'ignore', 'ignore']);
      const [[code]] = await Promise.all([once(child, 'close'), status]);
      expect(code).toBe(0);
    }
    expect(openDescriptors()).toBeLessThanOrEqual(before);
  });
});

function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

/** What cat(1) needs of the system. */
function systemPaths() {
  return [rx('/usr', '/bin', '/lib'), rx('/lib64', { optional: true })];
}
