// A test runner that stays: a mutant is judged in the time that its test takes, since nothing is started and read anew.
// A program of its own: it gets what to run as messages, and answers each with what came of it.
// @ts-check
import { join, sep } from 'node:path';

import { createVitest } from 'vitest/node';

const folder = process.cwd();
const vitest = await createVitest('test', { run: true, watch: false, reporters: [{}], bail: 1, maxWorkers: 1 });

/** @typedef {import('./test-runner.js').Order} Order */

process.on('disconnect', () => process.exit(1));
process.on('message', (order) => {
  void run(/** @type {Order} */ (order)).then(
    (verdict) => process.send?.(verdict),
    (/** @type {unknown} */ error) => process.send?.({ error: String(error) }),
  );
});
process.send?.('ready');

/** @param {Order} order */
async function run({ files, names, changed }) {
  for (const path of changed) forget(join(folder, path));
  vitest.setGlobalTestNamePattern(
    new RegExp(names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')),
  );
  const project = vitest.getRootProject();
  const specifications = files.map((file) => project.createSpecification(join(folder, `${file}.test.ts`)));
  const { unhandledErrors } = await vitest.runTestSpecifications(specifications);
  // What is kept of modules that ran before is not of this run.
  const modules = specifications.flatMap(({ testModule }) => testModule ?? []);
  const results = modules.flatMap(({ children }) => [...children.allTests()].map((test) => test.result()));
  const messages = [
    ...results.flatMap(({ errors }) => errors ?? []),
    ...modules.flatMap((module) => module.errors()),
    ...modules.flatMap(({ children }) => [...children.allSuites()].flatMap((suite) => suite.errors())),
    ...unhandledErrors,
  ].map((error) => textOf(error));
  const count = (/** @type {string} */ state) => results.filter((result) => result.state === state).length;
  return { passed: count('passed'), failed: count('failed'), messages };
}

/** @param {any} error @returns {string} with what it comes from */
function textOf(error) {
  const text = String(error.stack ?? error.message);
  return error.cause === undefined ? text : `${text}\nby ${textOf(error.cause)}`;
}

/** Makes the server read a file, or everything below a directory, again. @param {string} path */
function forget(path) {
  for (const { moduleGraph } of Object.values(vitest.getRootProject().vite.environments)) {
    for (const file of moduleGraph.fileToModulesMap.keys()) {
      if (file === path || file.startsWith(path + sep)) vitest.invalidateFile(file);
    }
  }
}
