// `npm run bench`: one table of what work costs, ours beside what it replaces, in turn, in one run. As root.
// @ts-check
import { spawnSync } from 'node:child_process';

import { quiet } from './compare.mjs';
import { machine, writeDocuments } from './documents.mjs';
import { help, readOptions } from './options.mjs';
import { measureRow } from './row.mjs';
import { measureSeries } from './series.mjs';
import { settings, within } from './settings.mjs';
import { seriesText, textOf } from './table.mjs';

const say = (/** @type {string} */ text) => void process.stdout.write(`${text}\n`);

const options = readOptions(process.argv.slice(2));
if (typeof options === 'string') {
  process.stderr.write(`bench: ${options}\n${help}`);
  process.exit(2);
}
if (options.help) {
  process.stdout.write(help);
  process.exit(0);
}
if (process.getuid?.() !== 0) {
  process.stderr.write('bench: root is needed, for the user of the downloads and for a network with a delay\n');
  process.exit(2);
}
// Each Node would read these certificates at its start.
delete process.env['NODE_EXTRA_CA_CERTS'];
if (options.isRealTime && spawnSync('chrt', ['--fifo', '--pid', '10', String(process.pid)]).status !== 0) {
  process.stderr.write('bench: real-time priority is not permitted here (sched(7)); leave --real-time out\n');
  process.exit(2);
}

/** @type {import('./row.mjs').Result[]} */
const results = [];
/** @type {import('./series.mjs').Series[]} */
const series = [];
say(`${machine(options)}\n`);
for (const { delay, targets, rows } of settings) {
  if (!targets.some(options.isWanted)) continue;
  await within(delay, async (setting) => {
    for (const { target, make } of rows) {
      if (!options.isWanted(target)) continue;
      const result = await measureRow(make(setting), options.rounds);
      results.push(result);
      say(textOf(result));
    }
    if (!targets.includes('8') || !options.isWanted('8')) return;
    for (const one of await measureSeries(setting, Math.min(options.rounds, 3))) {
      series.push(one);
      say(seriesText(one));
    }
  });
}
if (quiet.said !== undefined) say(quiet.said);
if (options.isWritten) writeDocuments(results, series, options);
const missed = [...results.flatMap(({ judgements }) => judgements), ...series.map(({ judgement }) => judgement)].filter(
  ({ isMet }) => !isMet,
);
say(missed.length === 0 ? 'all met' : `${missed.length} missed`);
process.exit(missed.length === 0 ? 0 : 1);
