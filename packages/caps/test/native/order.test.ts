import { fileURLToPath } from 'node:url';

import { missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { beforeAll, describe, expect, it } from 'vitest';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The order of the C core (`native/caps.c`), verification included, with the change of user where a launcher has it. */
const right = 'niabskUwrlcv';
const ALL = 0x1f;
const netBind = 10;
const user = 65_534;

interface Ended {
  readonly order: string;
  /** `ok`, or the step that failed. */
  readonly step: string;
  readonly errno: number;
  /** Inheritable, permitted, effective, bounding, ambient, no_new_privs, securebits. */
  readonly state: string;
}

const zero = '0000000000000000';
const kept = '0000000000000400';
const targetKeeping = `${kept} ${kept} ${kept} ${zero} ${kept} 1 eb`;
const targetNothing = `${zero} ${zero} ${zero} ${zero} ${zero} 1 eb`;

/** What is left when everything is given up after a failed step; the bounding set may be as it was. */
const leftWithNothing = new RegExp(`^${zero} ${zero} ${zero} \\w+ ${zero} `);

/** Every order in which one step comes at another place. */
function displaced(order: string): readonly string[] {
  return order.split('').flatMap((step, from) => {
    const rest = order.slice(0, from) + order.slice(from + 1);
    return order.split('').map((_, to) => rest.slice(0, to) + step + rest.slice(to));
  });
}

/** Every order without one of the steps. */
function omitted(order: string): readonly string[] {
  return order.split('').map((_, index) => order.slice(0, index) + order.slice(index + 1));
}

describe.skipIf(missing('linux', 'root', 'libcap'))('the order of the steps', () => {
  const folder = temporaryFolder();
  const program = folder.file('order');

  beforeAll(async () => {
    const flags = ['-std=gnu11', '-O1', '-Wall', '-Wextra', '-Werror', `-I${here('../../../native')}`];
    const sources = ['order.c', '../../native/record.c', '../../native/surrender.c', '../../native/verify.c'].map(here);
    const { status, stderr } = await runProgram('gcc', [...flags, '-o', program, ...sources]);
    if (status !== 0 || stderr !== '') throw new Error(`the build failed: ${stderr}`);
    return () => folder[Symbol.dispose]();
  });

  async function run(orders: readonly string[], keep: number | '-' = netBind): Promise<readonly Ended[]> {
    const { status, stdout, stderr } = await runProgram(program, [String(ALL), String(keep), String(user), ...orders]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const ended = stdout
      .trim()
      .split('\n')
      .map((line): Ended => {
        const [order = '', step = '', errno = '', ...state] = line.split(/\s+/);
        return { order, step, errno: Number(errno), state: state.join(' ') };
      });
    expect(ended.map(({ order }) => order)).toEqual(orders);
    return ended;
  }

  it('ends in exactly what was asked for, in the right order', async () => {
    expect(await run([right])).toEqual([{ order: right, step: 'ok', errno: 0, state: targetKeeping }]);
    const [nothing] = await run([right], '-');
    expect(nothing).toEqual({ order: right, step: 'ok', errno: 0, state: targetNothing });
  });

  const EPERM = 1;
  it.each([
    ['the bounding set after the ids', 'niaskUbwrlcv', 'drop-bounding'],
    ['inheritable after the bounding set', 'nabiskUwrlcv', 'inheritable'],
    ['capset before ambient', 'niabskUwclrv', 'securebits'],
    ['the lock before ambient', 'niabskUwlrcv', 'raise-ambient'],
    ['capset before the ids', 'niabskcUwrlv', 'change-user'],
    ['ambient before the ids', 'niabskrUwlcv', 'verify'],
    ['keep-capabilities after the ids', 'niabsUkwrlcv', 'raise-ambient'],
    ['keep-capabilities after they are locked', 'niabslkUwrcv', 'keep-capabilities'],
    ['no keep-capabilities', 'niabsUwrlcv', 'raise-ambient'],
    ['securebits after capset', 'niabskUwrclv', 'securebits'],
    ['no bounding set', 'niaskUwrlcv', 'verify'],
    ['no no_new_privs', 'iabskUwrlcv', 'verify'],
    ['no securebits', 'niabkUwrcv', 'verify'],
    ['no narrowing', 'niabskUrv', 'verify'],
    ['no change of user', 'niabskwrcv', 'verify'],
  ])('fails closed: %s', async (_name, order, step) => {
    const [failed, givenUp] = await run([order, `${order}x`]);
    expect(failed).toMatchObject({ order, step, errno: EPERM });
    expect(givenUp).toMatchObject({ step, state: expect.stringMatching(leftWithNothing) as string });
  });

  it('has nothing left when a later step fails and everything is given up', async () => {
    const [alone, givenUp] = await run(['niabskUwrvlc', 'niabskUwrvlcx']);
    // By itself a failed step leaves CAP_SETPCAP, what is kept, what is ambient, and keep_caps.
    expect(alone).toMatchObject({ step: 'verify' });
    expect(alone?.state).toBe(`${kept} 0000000000000500 0000000000000500 ${zero} ${kept} 1 1b`);
    expect(givenUp).toMatchObject({ step: 'verify', state: `${zero} ${zero} ${zero} ${zero} ${zero} 1 b` });
  });

  it.each<[number | '-', string]>([
    [netBind, targetKeeping],
    ['-', targetNothing],
  ])('any displaced or omitted step fails, or is harmless (keeping %s)', async (keep, target) => {
    // Verification comes last in each: without it nothing is claimed.
    const steps = right.slice(0, -1);
    const orders = [...displaced(steps), ...omitted(steps)].map((order) => `${order}vx`);
    const ended = await run(orders, keep);
    const succeeded = ended.filter(({ step }) => step === 'ok');
    const failed = ended.filter(({ step }) => step !== 'ok');
    for (const { order, state } of failed) expect(state, order).toMatch(leftWithNothing);
    for (const { order, state } of succeeded) expect([order, state]).toEqual([order, target]);
    // Not vacuous: some orders do fail, and some steps do commute.
    expect(failed.length).toBeGreaterThan(20);
    expect(succeeded.length).toBeGreaterThan(20);
  });
});
