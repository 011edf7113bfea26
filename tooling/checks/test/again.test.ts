import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { afterSecondRun, filesToTryAgain, patternToTryAgain } from '../../run/again.mjs';
import { root } from '../../run/shell.mjs';

/** A report of files, each with the outcomes of its tests: a message for one that failed. */
const reportOf = (files: Record<string, Record<string, string | null>>) => {
  const testResults = Object.entries(files).map(([file, tests]) => {
    const assertionResults = Object.entries(tests).map(([fullName, message]) => ({
      fullName,
      status: message === null ? 'passed' : 'failed',
      failureMessages: message === null ? [] : [message],
    }));
    const status = assertionResults.every((test) => test.status === 'passed') ? 'passed' : 'failed';
    return { name: join(root, file), status, message: '', assertionResults };
  });
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const numFailedTests = tests.filter(({ status }) => status === 'failed').length;
  return { numPassedTests: tests.length - numFailedTests, numFailedTests, testResults };
};

const late = 'Error: Test timed out in 20000ms.';

describe('what failed among many tests', () => {
  it('is tried again where few were too slow', () => {
    expect(filesToTryAgain(reportOf({ 'a.test.ts': { one: null, two: late }, 'b.test.ts': { three: null } }))).toEqual([
      join(root, 'a.test.ts'),
    ]);
  });

  it.each([
    ['nothing failed', reportOf({ 'a.test.ts': { one: null } })],
    ['more failed than a slow machine explains', reportOf({ a: { 1: late, 2: late, 3: late, 4: late, 5: late } })],
    ['a neighbour gained something', reportOf({ a: { 1: late, 2: 'Error: the neighbour gained "open on x"' } })],
    ['something was allowed', reportOf({ a: { 1: "AssertionError: expected 'OK' to be 'EACCES'" } })],
    [
      'one of several was allowed',
      reportOf({ a: { 1: "AssertionError: expected [ 'EPERM', 'OK' ] to deeply equal []" } }),
    ],
  ])('is not tried again where %s', (_, report) => {
    expect(filesToTryAgain(report)).toEqual([]);
  });

  it('is not tried again where a file failed, but no test of it', () => {
    const report = reportOf({ 'a.test.ts': { one: late }, 'b.test.ts': { two: null } });
    for (const suite of report.testResults) suite.status = 'failed';
    expect(filesToTryAgain(report)).toEqual([]);
  });

  it('is all that is tried again of its file', () => {
    const pattern = new RegExp(
      patternToTryAgain(reportOf({ 'a.test.ts': { 'it (1 + 1?)': late, it: null }, b: { c: late } })),
    );
    expect(['it (1 + 1?)', 'it', 'it (1 + 1?) more', 'c', 'cc'].map((name) => pattern.test(name))).toEqual([
      true,
      false,
      false,
      true,
      false,
    ]);
  });

  it('counts as passed, and is named, where it passes alone', () => {
    const first = reportOf({ 'a.test.ts': { one: null, two: late }, 'b.test.ts': { three: late } });
    const second = reportOf({ 'a.test.ts': { one: null, two: null }, 'b.test.ts': { three: late } });
    const { report, alone } = afterSecondRun(first, second);
    expect(alone).toEqual([`a.test.ts: two (${late})`]);
    expect([report.numPassedTests, report.numFailedTests]).toEqual([2, 1]);
    expect(report.testResults.map(({ status }) => status)).toEqual(['passed', 'failed']);
  });

  it('stays failed where its file fails again, or does not run it', () => {
    const first = reportOf({ 'a.test.ts': { one: late, two: null } });
    for (const second of [
      reportOf({ 'a.test.ts': { one: null, two: late } }),
      reportOf({ 'a.test.ts': { two: null } }),
    ])
      expect(afterSecondRun(first, second).alone).toEqual([]);
  });
});
