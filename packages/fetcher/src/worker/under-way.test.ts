import { describe, expect, it } from 'vitest';

import { Stop } from '../values/stop.js';
import { type Running, UnderWay } from './under-way.js';

const still = { isNew: false, goesWell: false, isSlow: false };

/** A source that is being asked, and never ends. */
function running(source: number, state: typeof still): Running {
  const transfer = { ...state, update: () => {}, turn: () => {}, [Symbol.dispose]: () => {} };
  const url = new URL(`http://host${source}/x`);
  return { source, url, transfer, stop: new Stop(), began: source, ended: new Promise(() => {}) };
}

/** Whether another source is asked if one of these is slow. */
async function isWoken(...states: readonly (typeof still)[]) {
  const underWay = new UnderWay();
  for (const [source, state] of states.entries()) underWay.add(running(source, state));
  const next = underWay.next().then(() => true);
  underWay.slow();
  return await Promise.race([next, new Promise((resolve) => setImmediate(() => resolve(false)))]);
}

describe('another source', () => {
  it.each([
    ['the only one stands still', [still], true],
    ['two stand still', [still, still], true],
    ['three are asked already', [still, still, still], false],
    ['another one does well', [still, { ...still, goesWell: true }], false],
    ['another one was just asked', [still, { ...still, isNew: true }], false],
  ])('is asked or not where %s', async (_, states, isAsked) => expect(await isWoken(...states)).toBe(isAsked));
});
