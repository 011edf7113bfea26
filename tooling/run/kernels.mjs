// `npm run test:kernels`: builds what is missing, then boots the kernels; arguments go to tooling/kernel-matrix.
// @ts-check
import { build, setUp } from './setup.mjs';
import { attempt } from './shell.mjs';

setUp(['test', 'kernels']);
build();
process.exit(attempt(process.execPath, ['tooling/kernel-matrix/src/main.mjs', ...process.argv.slice(2)]));
