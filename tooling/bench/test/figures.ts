/** Figures as a run has them. */
import type { Figures, Spread } from '../src/compare.mjs';
import type { Result } from '../src/row.mjs';

const spread = (median: number): Spread => ({ median, least: median / 2, most: median * 2 });

export const figures = (name: string, wall: number, cpu = wall): Figures => ({
  name,
  wall: spread(wall),
  cpu: spread(cpu),
  memory: 100,
  busy: 0,
});

export const result: Result = {
  target: '3',
  work: 'work & more',
  figures: [figures('ours', 1), figures("pacman's own", 2)],
  judgements: [{ text: "of pacman's own", found: 0.5, atMost: 1.5, isMet: true }],
};
