// `npm run test:kernels`: builds what is missing, then boots the kernels; arguments go to tooling/kernel-matrix.
// @ts-check
import { build, setUp } from './setup.mjs';
import { attempt } from './shell.mjs';

const args = process.argv.slice(2);
// The quick ones are of this processor; a cross-compiler and a second qemu are not worth fetching for them.
setUp(['test', 'kernels', ...(args.includes('--quick') ? [] : /** @type {const} */ (['arm64', 'arm64-machine']))]);
build();
process.exit(attempt(process.execPath, ['tooling/kernel-matrix/src/main.mjs', ...args]));
