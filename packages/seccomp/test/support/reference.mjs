// libseccomp's compiler, driven through the C program beside the differential test. Also used by the benchmark.
// @ts-check
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * A rule of libseccomp's. Its conditions are about different arguments and must all hold.
 *
 * @typedef {{ action: number, syscall: string, when: readonly (readonly [arg: number, op: number, a: bigint, b: bigint])[] }} ReferenceRule
 * @typedef {{ arch: number, otherwise: number, foreign: number, rules: readonly ReferenceRule[], tree?: boolean, also?: number }} ReferenceFilter
 *   `also`: a second architecture
 */

const source = fileURLToPath(new URL('../differential/reference.c', import.meta.url));

/**
 * Builds the C program.
 *
 * @param {string} target where to put it
 */
export function buildReference(target) {
  const flags = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror', '-o', target, source, '-lseccomp'];
  const { status, stderr } = spawnSync('gcc', flags, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`reference.c could not be built: ${stderr}`);
}

/** Some rules with masks take libseccomp minutes, so it gets filters in lots of this size, and 100 ms for each. */
const atOnce = 30;

/**
 * Compiles filters with libseccomp.
 *
 * @param {string} program from {@link buildReference}
 * @param {readonly ReferenceFilter[]} filters
 * @returns {{ programs: (Uint8Array | undefined)[], remarks: string[] }} the programs, undefined where libseccomp took
 *   too long, and the rules that libseccomp left out
 */
export function compileReference(program, filters) {
  /** @type {(Uint8Array | undefined)[]} */
  const programs = [];
  const remarks = new Set();
  for (let from = 0; from < filters.length; from += atOnce) {
    const chunk = filters.slice(from, from + atOnce);
    const together = compileAll(program, chunk);
    const made = together === undefined ? chunk.map((one) => compileAll(program, [one])) : [together];
    for (const one of made) {
      programs.push(...(one?.programs ?? [undefined]));
      for (const remark of one?.remarks ?? []) remarks.add(remark);
    }
  }
  return { programs, remarks: [...remarks] };
}

/**
 * @param {string} program
 * @param {readonly ReferenceFilter[]} filters
 * @returns {{ programs: Uint8Array[], remarks: string[] } | undefined} undefined if it took too long
 */
function compileAll(program, filters) {
  const input = filters.map(textOf).join('');
  const { status, error, stdout, stderr } = spawnSync(program, [], {
    input,
    maxBuffer: 1 << 28,
    timeout: filters.length * 100 + 500,
  });
  if (error !== undefined && 'code' in error && error.code === 'ETIMEDOUT') return undefined;
  if (status !== 0) throw new Error(`the reference ended with ${status}: ${stderr.toString()}`);
  const programs = [];
  for (let at = 0; at < stdout.length;) {
    const length = stdout.readUInt32LE(at);
    programs.push(Uint8Array.from(stdout.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  if (programs.length !== filters.length) throw new Error(`${programs.length} of ${filters.length} programs`);
  return { programs, remarks: stderr.toString().split('\n').filter(Boolean) };
}

/** @param {ReferenceFilter} filter */
function textOf({ arch, otherwise, foreign, rules, tree = false, also = 0 }) {
  const lines = rules.map(({ action, syscall, when }) =>
    ['rule', action, syscall, when.length, ...when.flatMap((condition) => condition.map(String))].join(' '),
  );
  return [`filter ${arch} ${otherwise} ${foreign} ${tree ? 2 : 1} ${also}`, ...lines, 'end', ''].join('\n');
}
