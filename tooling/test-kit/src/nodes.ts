import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { expectedLandlock } from './expected-kernel.js';
import { fewOrMany } from './few-or-many.js';
import { reachableProgram } from './stage.js';

/** A Node release to run a fixture on. */
export interface NodeRelease {
  /** As `process.version` prints it, for instance `v22.23.3`. */
  readonly version: string;
  /** Path of its program. */
  readonly file: string;
}

const aliases = ['node20', 'node22', 'node24', 'node26'] as const;

/**
 * The Node releases of `tooling/node-matrix/nodes`: the oldest and the newest, and all of them in `npm run test:long`, where a
 * file that asks for them has to be among `moreCases`. Only the running one where they are not installed, and in the kernel
 * matrix, which asks what kernels answer and not what releases do.
 *
 * @throws Error under `SB_MUST_ENFORCE=1` if one of them is not installed
 */
export function nodeReleases(): readonly NodeRelease[] {
  const running = [{ version: process.version, file: process.execPath }];
  if (expectedLandlock() !== undefined) return running;
  const files = aliases.map((alias) =>
    fileURLToPath(new URL(`../../node-matrix/nodes/node_modules/${alias}/bin/node`, import.meta.url)),
  );
  const missing = files.filter((file) => !existsSync(file));
  if (missing.length > 0) {
    if (process.env['SB_MUST_ENFORCE'] === '1') throw new Error(`SB_MUST_ENFORCE=1, and there is no ${missing[0]}`);
    return running;
  }
  return files
    .filter((_, index) => index % fewOrMany(files.length - 1, 1) === 0)
    .map((file) => {
      const version = execFileSync(file, ['--version'], { encoding: 'utf8' }).trim();
      return { version, file: reachableProgram(file, `node-${version}`) };
    });
}
