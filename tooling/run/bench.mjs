// `npm run bench`: every package's benchmark, one after the other.
// @ts-check
import { build, runTask, setUp } from './setup.mjs';

setUp(['bench']);
build();
process.exit(runTask('bench', ['--concurrency=1']));
