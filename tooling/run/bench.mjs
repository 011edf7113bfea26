// `npm run bench`: one table of what work costs, ours beside what it replaces. Those of one package: `npm run bench -w @sb/fetcher`.
// @ts-check
import { build, setUp } from './setup.mjs';
import { attempt } from './shell.mjs';

const words = process.argv.slice(2);
const isHelp = words.includes('--help') || words.includes('-h');
if (!isHelp) {
  setUp(['bench']);
  build();
}
process.exit(attempt(process.execPath, ['tooling/bench/src/main.mjs', ...words]));
