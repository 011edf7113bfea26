// What is run in a guest: the tests by vitest on the host's own processor, a smoke test on another.
// @ts-check
import { crossBuild, foreign, foreignRoot } from './foreign.mjs';
import { root } from './record.mjs';

/**
 * @typedef {object} Job
 * @property {string} [root]
 * @property {{ folder: string, at: string }} [share]
 * @property {string} folder
 * @property {readonly string[]} command
 * @property {Readonly<Record<string, string>>} env
 * @property {Readonly<Record<string, readonly string[]>>} files names in the report, by layer
 */

/**
 * The tests of some files.
 *
 * @param {Readonly<Record<string, readonly string[]>>} files
 * @returns {Job}
 */
export function testRun(files) {
  const vitest = `${root}node_modules/vitest/vitest.mjs`;
  const config = `${root}tooling/kernel-matrix/guest/vitest.config.ts`;
  return {
    folder: root,
    command: [process.execPath, vitest, 'run', '--configLoader', 'runner', '--config', config],
    env: { SB_SUITES: Object.values(files).flat().join(':') },
    files,
  };
}

/**
 * The smoke test, with everything built for the other processor.
 *
 * @returns {Job}
 */
export function smokeRun() {
  crossBuild();
  const layers = ['landlock', 'seccomp', 'caps', 'privdrop', 'sandbox', 'pacman-fetch'];
  return {
    root: foreignRoot(),
    share: { folder: root, at: foreign.project },
    folder: foreign.project,
    command: [foreign.node, `${foreign.project}/tooling/kernel-matrix/guest/smoke.mjs`],
    env: {},
    files: Object.fromEntries(layers.map((layer) => [layer, [`smoke/${layer}`]])),
  };
}
