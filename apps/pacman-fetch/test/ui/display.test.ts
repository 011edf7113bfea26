/* What people see, in a pseudo-terminal and a terminal emulator behind it. */
import { bundleFixture, runProgram } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { environment } from '../kit/fetch-program.js';
import { runInTerminal } from '../kit/terminal.js';

const fixture = bundleFixture(new URL('fixtures/downloads.ts', import.meta.url));
const hostile = 'e\u001B[2Jvil\u202E日本語👩‍👩‍👧-1-any.pkg.tar.zst';
/** Escapes as a sign that can be read. */
const visible = (text: string) => text.replaceAll('\u001B', '␛');
const node = (...args: readonly string[]) => [process.execPath, fixture, ...args];

describe('bars in a terminal', () => {
  it.each([40, 80, 200])('look like this at %i columns while they move', async (columns) => {
    const { screen } = await runInTerminal(node('packages'), { columns });
    expect(screen).toMatchSnapshot('screen');
    expect(Math.max(...screen.map((line) => line.length))).toBeLessThanOrEqual(columns);
  });

  it.each([40, 80, 200])('look like this at %i columns when all is done', async (columns) => {
    const { screen, status } = await runInTerminal(node('packages,end'), { columns });
    expect(screen).toMatchSnapshot('screen');
    expect(status).toBe(0);
  });

  it('of databases keep their order', async () => {
    expect((await runInTerminal(node('databases'), { columns: 80 })).screen).toMatchSnapshot();
  });

  it.each([
    [80, 50],
    [80, 200],
    [200, 40],
  ])('fit again after the terminal went from %i to %i columns', async (columns, next) => {
    const resize = [{ after: ' 50%', columns: next }];
    const env = { WAIT_RESIZE: '1' };
    const { screen } = await runInTerminal(node('packages,end'), { columns, resize, env });
    const whole = await runInTerminal(node('packages,end'), { columns: next });
    // What was settled before stays as it was; the lines that moved are those of the new width, and nothing is left over.
    expect(screen.slice(-3)).toEqual(whole.screen.slice(-3));
    expect(screen.filter((line) => line.startsWith(' Total'))).toHaveLength(1);
    expect(screen.filter((line) => line.includes('Retrieving'))).toHaveLength(1);
  });

  it('take no more rows than there are', async () => {
    const { screen } = await runInTerminal(node('packages'), { columns: 80, rows: 3 });
    expect(screen.filter((line) => line.startsWith(' Total'))).toHaveLength(1);
    expect(screen.filter((line) => line.startsWith(' linux'))).toHaveLength(1);
  });

  it('send a terminal only text and their own movements, and no escape sequences of names', async () => {
    const { written } = await runInTerminal(node('packages,end'), { columns: 80 });
    const sequences = visible(written).match(/␛(?:\[[^A-Za-z]*[A-Za-z]|.)?/g) ?? [];
    expect(sequences.filter((one) => !/^␛\[(?:K|J|\d*F|[01]m|1;3[134]m)$/.test(one))).toEqual([]);
    expect(sequences.length).toBeGreaterThan(10);
    expect(written).not.toMatch(/\u202E|after-the-end|\.sig/);
  });
});

describe('colours and letters', () => {
  const error = (text: string) => text.split('\n').find((line) => line.includes('failed retrieving'));
  const colored = /␛\[1;31merror:␛\[0m failed/;

  it.each([
    [['normal'], {}, true],
    [['normal'], { NO_COLOR: '1' }, false],
    [['normal', 'always'], { NO_COLOR: '1' }, true],
    [['normal', 'never'], {}, false],
  ])('%j with %j is coloured: %s', async (args, env, isColored) => {
    const { written } = await runInTerminal(node('packages', ...args), { columns: 80, env });
    expect(colored.test(visible(error(written) ?? ''))).toBe(isColored);
  });

  it.each(['C', 'POSIX', 'de_DE.ISO-8859-1'])('are ASCII in the locale %s', async (locale) => {
    const { written, screen } = await runInTerminal(node('packages'), { columns: 80, env: { LC_ALL: locale } });
    expect(written).toMatch(/^\p{ASCII}*$/u);
    expect(screen).toMatchSnapshot();
  });
});

describe('without a terminal', () => {
  const run = async (...args: readonly string[]) =>
    await runProgram(process.execPath, [fixture, ...args], { env: environment });

  it('there are lines, and errors go where errors go', async () => {
    expect(await run('packages,end')).toMatchSnapshot();
  });

  it('-q says errors only, in a terminal too', async () => {
    expect(await run('packages,end', 'quiet')).toMatchObject({
      stdout: '',
      stderr: expect.stringMatching(/^error: .*\n$/),
    });
    expect((await runInTerminal(node('packages,end', 'quiet'), { columns: 200 })).screen).toHaveLength(1);
  });

  it('--json gives one event a line, in ASCII, and the names as they came', async () => {
    const { stdout, stderr } = await run('packages,end', 'json');
    const events = stdout.trim().split('\n');
    expect(stdout).toMatch(/^[\x20-\x7E\n]*$/);
    expect(stderr).toBe('');
    expect(events).toMatchSnapshot();
    expect(events.map((line) => JSON.parse(line) as { name?: string })).toContainEqual({
      event: 'done',
      name: hostile,
    });
  });
});
