// What failed in a run of many tests at a time, tried once more alone.
// @ts-check
import { relative } from 'node:path';

import { root } from './shell.mjs';

/** More failures than this are not caused by a slow machine. */
const most = 4;

/** Failures that no second run can undo, by what they say: a neighbour gained something, or a call that is to fail was OK. */
const lasting = /the neighbour gained|['"]OK['"]/;

/** @typedef {{ status: string, fullName: string, failureMessages: string[] }} Test */
/** @typedef {{ name: string, status: string, message: string, assertionResults: Test[] }} Suite */
/** @typedef {{ numPassedTests: number, numFailedTests: number, testResults: Suite[] }} Report */

/**
 * The files whose tests may be tried once more: few failed, each in a test, and none of them showed that something is open.
 *
 * @param {Report} report
 * @returns {readonly string[]}
 */
export function filesToTryAgain({ numFailedTests, testResults }) {
  if (numFailedTests === 0 || numFailedTests > most) return [];
  const failed = testResults.filter(({ status }) => status === 'failed');
  const tests = failed.map(({ assertionResults }) => assertionResults.filter(({ status }) => status === 'failed'));
  const isLasting = tests.flat().some(({ failureMessages }) => failureMessages.some((text) => lasting.test(text)));
  if (isLasting || tests.some((ofFile) => ofFile.length === 0)) return [];
  return failed.map(({ name }) => name);
}

/**
 * The tests that failed, as vitest's `--testNamePattern` takes them: what passed beside them in a file may take minutes.
 *
 * @param {Report} report
 * @returns {string}
 */
export function patternToTryAgain({ testResults }) {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const names = tests.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName);
  return `^(?:${names.map((name) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})$`;
}

/**
 * Takes a test that passed alone for passed, and says so: such a test depends on the machine's pace, which is to be mended.
 *
 * @param {Report} first
 * @param {Report} second of the files that failed
 * @returns {{ report: Report, alone: readonly string[] }} alone: the tests that passed only then
 */
export function afterSecondRun(first, second) {
  /** @type {string[]} */
  const alone = [];
  const report = structuredClone(first);
  for (const suite of report.testResults.filter(({ status }) => status === 'failed')) {
    const again = second.testResults.find(({ name }) => name === suite.name);
    if (again?.status !== 'passed') continue;
    for (const test of suite.assertionResults.filter(({ status }) => status === 'failed')) {
      const passed = again.assertionResults.some(
        ({ fullName, status }) => fullName === test.fullName && status === 'passed',
      );
      if (!passed) continue;
      test.status = 'passed';
      report.numPassedTests++;
      report.numFailedTests--;
      alone.push(named(suite.name, test));
    }
    if (suite.assertionResults.every(({ status }) => status !== 'failed')) suite.status = 'passed';
  }
  return { report, alone };
}

/** A test that failed: its file, its name, and the first line of why. @param {string} file @param {Test} test */
export function named(file, { fullName, failureMessages: [message = ''] }) {
  return `${relative(root, file)}: ${fullName} (${(message.split('\n', 1)[0] ?? '').slice(0, 300)})`;
}
