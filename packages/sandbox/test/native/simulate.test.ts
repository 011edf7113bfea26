/* The protocol of program, supervisor and reader: the real code of both sides, with turns, faults and deaths by a seed. */
import { closeSync, writeSync } from 'node:fs';

import { compileC, fewOrMany, missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { policy } from '@sb/landlock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Explainer } from '../../src/denials/explanation.js';
import { parseDenialLine } from '../../src/denials/parse-line.js';
import { DenialWatch } from '../../src/denials/watch.js';
import { makePipe } from '../../src/system/pipe.js';

const schedules = fewOrMany(10_000, 100_000);
const folder = temporaryFolder();
const seed = Math.floor(Math.random() * 2 ** 30) + 1;

interface Report {
  readonly isComplete: boolean;
  readonly text: string;
}

function reportsOf(said: string): readonly Report[] {
  const reports: Report[] = [];
  for (let at = 0; at < said.length;) {
    const [head = '', complete = '', length = ''] = /^([01])\n(\d+)\n/.exec(said.slice(at, at + 16)) ?? [];
    if (head === '') throw new Error(`no report begins at ${at}`);
    const end = at + head.length + Number(length);
    reports.push({ isComplete: complete === '1', text: said.slice(at + head.length, end) });
    at = end;
  }
  return reports;
}

/** The watch of a report that comes in parts, which may end anywhere. */
async function watched({ text }: Report, part: number): Promise<DenialWatch> {
  const { input, output } = makePipe();
  const explainer = new Explainer({ landlock: policy({ abi: 7, paths: [] }) });
  const watch = new DenialWatch(input, explainer, () => undefined);
  for (let at = 0; at < text.length; at += part) {
    writeSync(output, text.slice(at, at + part));
    if (at % 3 === 0) await new Promise(setImmediate);
  }
  closeSync(output);
  await watch.ended;
  return watch;
}

/** What its lines say, by the numbers of the denials. */
function countsOf({ text }: Report): readonly number[] {
  const counts = new Map<number, number>();
  for (const line of text.split('\n').slice(0, -1).map(parseDenialLine)) {
    if (line?.kind === 'denial') counts.set(line.number, 1);
    if (line?.kind === 'count') counts.set(line.number, line.count);
  }
  return [...counts.values()];
}

describe.skipIf(missing('linux'))('the protocol of denials', () => {
  const program = folder.file('simulate');
  beforeAll(async () => {
    const own = ['kernel', 'turns', 'tell'].map((name) => `simulated/${name}.c`);
    const real = ['serve', 'stand', 'supervise', 'filter', 'request'].map((name) => `denials/${name}.c`);
    await compileC(program, {
      from: import.meta.url,
      sources: [
        'simulate.c',
        ...own,
        ...[...real, 'text.c'].map((name) => `../../native/launcher/${name}`),
        '../../../seccomp/native/seccomp.c',
      ],
      flags: [
        '-DSB_FREESTANDING',
        '-ffreestanding',
        '-fsanitize=undefined',
        '-fno-sanitize-recover=all',
        `-I${new URL('simulated', import.meta.url).pathname}`,
      ],
    });
  });
  afterAll(() => folder[Symbol.dispose]());

  it(`holds in ${schedules} schedules (seed ${seed})`, async () => {
    const { status, stdout, stderr } = await runProgram(program, [String(schedules), String(seed)], {
      timeout: 600_000,
    });
    expect([stdout, status]).toEqual(['', 0]);
    const sum = JSON.parse(stderr) as Readonly<Record<string, number>>;
    // So that each of them was one of many.
    expect(sum).toEqual({
      complete: expect.any(Number),
      failed: expect.any(Number),
      denied: expect.any(Number),
      deaths: expect.any(Number),
    });
    for (const [name, count] of Object.entries(sum)) expect([name, count > schedules / 50]).toEqual([name, true]);
  }, 660_000);

  it('is the same for the same seed', async () => {
    const run = async () => await runProgram(program, ['200', String(seed), 'reports']);
    expect(await run()).toEqual(await run());
  });

  it('ends with what was reported, wherever a report ends', async () => {
    const { stdout } = await runProgram(program, ['300', String(seed), 'reports']);
    const reports = reportsOf(stdout);
    expect(new Set(reports.map(({ isComplete }) => isComplete))).toEqual(new Set([true, false]));
    for (const [index, report] of reports.entries()) {
      const watch = await watched(report, 1 + ((index * 7) % 90));
      expect([index, watch.state]).toEqual([index, report.isComplete ? 'complete' : 'interrupted']);
      expect([index, watch.all.map(({ count }) => count)]).toEqual([index, countsOf(report)]);
    }
  });
});
