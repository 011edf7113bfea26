import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';

import { missing, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { isProgram, isThere, look, lookAtLink } from './look.js';
import { openRegularFile } from './regular-file.js';

describe('a look', () => {
  it('says what a path leads to', () => {
    using folder = temporaryFolder();
    writeFileSync(folder.file('file'), 'text');
    symlinkSync('file', folder.file('link'));
    expect(look(folder.file('link'))?.size).toBe(4);
    expect(look(folder.file('absent'))).toBeUndefined();
    expect(look(folder.file('file/below'))).toBeUndefined();
    expect([isThere(folder.file('link')), isThere(folder.file('absent'))]).toEqual([true, false]);
    expect(isProgram(folder.file('file'))).toBe(false);
    chmodSync(folder.file('file'), 0o755);
    expect([isProgram(folder.file('link')), isProgram(folder.path)]).toEqual([true, false]);
  });

  it.skipIf(missing('linux', 'root'))('of root follows no link to what another process has', async () => {
    using folder = temporaryFolder();
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    await once(child, 'spawn');
    const path = folder.file('link');
    symlinkSync(`/proc/${child.pid}/root/usr/bin/true`, path);
    expect(() => look(path)).toThrow('ELOOP');
    expect(() => openRegularFile(path)).toThrow('ELOOP');
    expect([isThere(path), isProgram(path)]).toEqual([false, false]);
    expect(() => lookAtLink(`${path}/below`)).toThrow('ELOOP');
    expect(lookAtLink(path)?.isSymbolicLink()).toBe(true);
    expect(lookAtLink(folder.file('absent/below'))).toBeUndefined();
    child.kill('SIGKILL');
    await once(child, 'close');
  });
});
