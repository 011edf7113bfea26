import { closeSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { openContentFile } from './content-file.js';
import { Folder } from './folder.js';
import { naming } from './named-path.js';
import { openRegularFile } from './regular-file.js';
import { readTrustedFile } from './trusted-file.js';
import { openTrusted } from './trusted-path.js';

const at = mkdtempSync(join(tmpdir(), 'sb-named-'));
afterAll(() => rmSync(at, { recursive: true }));
writeFileSync(join(at, 'file'), '');

/** The error of a call, which must be one of the system. */
function errorOf(call: () => unknown): NodeJS.ErrnoException & { dest?: string } {
  try {
    call();
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
  throw new Error('nothing failed');
}

describe('an error of the system', () => {
  const missing = join(at, 'missing');

  it.each([
    ['readTrustedFile', () => readTrustedFile(missing, 10)],
    ['openContentFile', () => openContentFile(missing)],
    ['openRegularFile', () => openRegularFile(missing)],
    ['openTrusted', () => openTrusted(missing)],
    ['a folder on the way', () => openContentFile(join(missing, 'file'))],
  ])('names the path that was asked for: %s', (_, call) => {
    const { code, path, message, stack } = errorOf(call);
    expect({ code, path }).toEqual({ code: 'ENOENT', path: missing });
    for (const text of [message, stack]) {
      expect(text).toContain(`'${missing}'`);
      expect(text).not.toContain('/proc/self/fd');
    }
  });

  it('names it also for a file that is used as a directory', () => {
    const { code, message } = errorOf(() => readTrustedFile(`${join(at, 'file')}/`, 10));
    expect(code).toBe('ENOTDIR');
    expect(message).toContain(`'${join(at, 'file')}/'`);
  });

  it('names both names in a directory', () => {
    const folder = Folder.open(at);
    const renamed = errorOf(() => folder.rename('missing', 'new'));
    expect(renamed).toMatchObject({ path: missing, dest: join(at, 'new') });
    expect(renamed.message).toContain(`'${missing}' -> '${join(at, 'new')}'`);
    expect(errorOf(() => closeSync(folder.create('file', 0o600)))).toMatchObject({ code: 'EEXIST' });
    for (const call of [
      () => folder.create('file', 0o600),
      () => folder.openFile('missing'),
      () => folder.makeFolder('file', 0o700),
      () => folder.link('missing', 'new'),
      () => folder.hold('missing'),
      () => folder.remove('missing'),
    ]) {
      expect(errorOf(call).path).toMatch(new RegExp(`^${at}/(?:file|missing)$`));
    }
    folder.close();
  });

  it('keeps what another path failed on, and every other error', () => {
    const other = Object.assign(new Error("ENOENT, open '/other'"), { code: 'ENOENT', path: '/other' });
    for (const error of [other, new TypeError('another'), 'a text']) {
      const call = (): never => {
        throw error;
      };
      expect(() => naming('/proc/self/fd/7/', '/etc/', call)).toThrow(error);
    }
    expect(other.message).toBe("ENOENT, open '/other'");
  });
});
