// `npm run build:arm64`: builds the native parts for arm64 beside those for this processor, with Debian's cross-compiler. What
// is published has both.
// @ts-check
import { crossBuild } from '../kernel-matrix/src/foreign.mjs';
import { MatrixError } from '../kernel-matrix/src/shell.mjs';
import { build, setUp } from './setup.mjs';
import { fail } from './shell.mjs';

setUp(['arm64']);
build();
try {
  crossBuild();
} catch (error) {
  if (!(error instanceof MatrixError)) throw error;
  fail(error.message);
}
