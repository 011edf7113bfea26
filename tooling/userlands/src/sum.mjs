// What came of the tests in a user land.
// @ts-check

/** @typedef {{ passed: number, failed: number, problems: readonly string[] }} Sum */

/**
 * Adds up what each phase has left. A phase that left nothing counts as a failure, and so does one without a test.
 *
 * @param {readonly string[]} phases that must have left results
 * @param {ReadonlyMap<string, string>} files what was left, by the name of its file
 * @param {readonly string[]} [wrong] what else went wrong
 * @returns {Sum}
 */
export function sumOf(phases, files, wrong = []) {
  const problems = [...wrong];
  let [passed, failed] = [0, wrong.length];
  for (const phase of phases) {
    const text = files.get(`${phase}.json`);
    /** @type {readonly import('../guest/checks.mjs').Test[]} */
    const tests = text === undefined ? [] : JSON.parse(text);
    if (tests.length === 0) {
      failed++;
      problems.push(`${phase}: nothing was tested`);
    }
    for (const { status, fullName, failureMessages } of tests) {
      if (status === 'passed') passed++;
      else failed++;
      if (status !== 'passed') problems.push(`${phase}: ${fullName}\n${failureMessages.join('\n')}`);
    }
  }
  return { passed, failed, problems };
}
