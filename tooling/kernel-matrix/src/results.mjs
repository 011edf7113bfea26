// What a guest's report says of each layer.
// @ts-check

/**
 * - `enforced`: every test passed.
 * - `partly`: what the kernel has is enforced; the rest is reported missing, as it must be on this kernel.
 * - `missing`: the kernel has nothing of it, which is reported.
 * - `failed`: a test failed, or the result is missing.
 *
 * @typedef {'enforced' | 'partly' | 'missing' | 'failed'} State
 */

/**
 * @typedef {object} LayerResult
 * @property {State} state
 * @property {number} passed
 * @property {number} absent tests of what this kernel is expected to lack
 * @property {readonly string[]} problems
 */

/**
 * Adds up a report of vitest by layer. No report, no test of a layer, and a file that could not be loaded are failures.
 *
 * @param {string | undefined} text the report
 * @param {Readonly<Record<string, readonly string[]>>} suites test files by layer
 * @param {import('./kernels.mjs').ExpectedLandlock} landlock
 * @returns {Readonly<Record<string, LayerResult>>}
 */
export function resultsByLayer(text, suites, landlock) {
  const files = text === undefined ? [] : JSON.parse(text).testResults;
  const results = Object.entries(suites).map(([layer, names]) => {
    const result = layerResult(files, names);
    const isMissing = layer === 'landlock' && typeof landlock === 'string' && result.state !== 'failed';
    return [layer, isMissing ? { ...result, state: 'missing' } : result];
  });
  return Object.fromEntries(results);
}

/**
 * @param {readonly any[]} files
 * @param {readonly string[]} names
 * @returns {LayerResult}
 */
function layerResult(files, names) {
  const problems = [];
  let [passed, absent] = [0, 0];
  for (const name of names) {
    const file = files.find((one) => one.name.endsWith(`/${name}`));
    const tests = file?.assertionResults ?? [];
    if (tests.length === 0) problems.push(`${name}: ${file?.message || 'no result'}`);
    const failures = tests.filter((/** @type {any} */ test) => test.status === 'failed');
    if (file?.status === 'failed' && tests.length > 0 && failures.length === 0)
      problems.push(`${name}: ${file.message}`);
    problems.push(
      ...failures.map((/** @type {any} */ test) => `${name}: ${test.fullName}\n${test.failureMessages.join('\n')}`),
    );
    passed += tests.filter((/** @type {any} */ test) => test.status === 'passed').length;
    // Under SB_MUST_ENFORCE=1 only what the kernel is expected to lack may be skipped (test-kit's requirements.ts).
    absent += tests.filter((/** @type {any} */ test) => ['skipped', 'pending', 'todo'].includes(test.status)).length;
  }
  if (passed === 0) problems.push('nothing was tested');
  return { state: problems.length > 0 ? 'failed' : absent > 0 ? 'partly' : 'enforced', passed, absent, problems };
}
