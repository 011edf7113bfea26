/* The working folder is one that the target's user may enter, whoever starts the sandbox. */
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';

import { isSandboxError } from '@sb/core';
import { missing, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { createSandbox } from '../../src/index.js';

/** Starts something there as nobody; the errno where the folder can't be entered. */
async function enter(cwd: string): Promise<string | undefined> {
  const child = createSandbox({ user: 'nobody', cwd }).spawn('/bin/true', [], { stdio: 'ignore' });
  child.on('error', () => undefined);
  try {
    await child.enforcement;
    return undefined;
  } catch (error) {
    return isSandboxError(error) ? `${error.step}: ${error.errno}` : String(error);
  }
}

describe.skipIf(missing('linux', 'root'))('a directory that is closed to all but root', () => {
  it('is entered by nobody who may not, not by way of root either', async () => {
    using folder = temporaryFolder();
    const [closed, inner, link] = [folder.file('closed'), folder.file('closed', 'inner'), folder.file('link')];
    mkdirSync(inner, { recursive: true });
    symlinkSync(inner, link);
    expect([await enter(inner), await enter(link)]).toEqual([undefined, undefined]);
    chmodSync(closed, 0o700);
    expect([await enter(closed), await enter(inner), await enter(link)]).toEqual(Array(3).fill('cwd: EACCES'));
    chmodSync(closed, 0o711);
    expect([await enter(inner), await enter(link)]).toEqual([undefined, undefined]);
  });
});
