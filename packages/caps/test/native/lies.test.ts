import { fileURLToPath } from 'node:url';

import { missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { beforeAll, describe, expect, it } from 'vitest';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What is not so, and the step and the call that notice it. */
const verified: readonly (readonly [lie: string, step: string, call: string])[] = [
  ['truth', 'ok', '-'],
  ['capget', 'verify', 'capget'],
  ['effective', 'verify', 'capget'],
  ['permitted', 'verify', 'capget'],
  ['inheritable', 'verify', 'capget'],
  ['bounding', 'verify', 'PR_CAPBSET_READ'],
  ['ambient', 'verify', 'PR_CAP_AMBIENT_IS_SET'],
  ['no_new_privs', 'verify', 'PR_GET_NO_NEW_PRIVS'],
  ['securebits', 'verify', 'PR_GET_SECUREBITS'],
  ['keep-caps', 'verify', 'PR_GET_KEEPCAPS'],
  ['raise-permitted', 'regain', 'capset'],
  ['raise-effective', 'regain', 'capset'],
  ['raise-inheritable', 'regain', 'capset'],
  ['raise-ambient', 'regain', 'PR_CAP_AMBIENT_RAISE'],
  ['raise-kept', 'regain', 'PR_CAP_AMBIENT_RAISE'],
  ['unlock', 'regain', 'PR_SET_SECUREBITS'],
  ['keep-again', 'regain', 'PR_SET_KEEPCAPS'],
  ['changed-by-attempt', 'verify', 'capget'],
];

const surrendered: typeof verified = [
  ['surrendered', 'ok', '-'],
  ['truth', 'surrender', 'capset'],
  ['capget', 'surrender', 'capget'],
];

describe.skipIf(missing('linux', 'libcap'))('a kernel that did not do what it was asked', () => {
  const folder = temporaryFolder();
  const program = folder.file('lies');

  beforeAll(async () => {
    const flags = ['-std=gnu11', '-O1', '-Wall', '-Wextra', '-Werror', `-I${here('../../../native')}`];
    const { status, stderr } = await runProgram('gcc', [...flags, '-o', program, here('lies.c')]);
    if (status !== 0 || stderr !== '') throw new Error(`the build failed: ${stderr}`);
    return () => folder[Symbol.dispose]();
  });

  it.each([
    ['verify', verified],
    ['surrender', surrendered],
  ] as const)('is noticed by %s', async (what, lies) => {
    const { status, stdout } = await runProgram(program, [what, ...lies.map(([lie]) => lie)]);
    expect(status).toBe(0);
    expect(stdout.trim().split('\n')).toEqual(lies.map((lie) => lie.join(' ')));
  });
});
