/* Packages as they are packed, unpacked as npm would. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runProgram, type ProgramResult } from '@sb/test-kit';

import { packAll } from '../src/packed.mjs';

/** A folder that all packages are installed in. */
export interface Installed {
  readonly folder: string;
  /** The folder of a package. */
  readonly of: (name: string) => string;
  /** Runs lines of a module there; what they print. */
  readonly run: (code: string) => Promise<ProgramResult>;
  readonly [Symbol.dispose]: () => void;
}

/** Packs and unpacks every package. */
export function installed(): Installed {
  const folder = mkdtempSync(join(tmpdir(), 'sb-installed-'));
  const tarballs = join(folder, 'tarballs');
  packAll(tarballs);
  const of = (name: string): string => join(folder, 'node_modules', name === 'pacman-fetch' ? name : `@sb/${name}`);
  for (const file of readdirSync(tarballs)) {
    const [, name = ''] = /^(?:sb-)?(.+)-\d/.exec(file) ?? [];
    mkdirSync(of(name), { recursive: true });
    execFileSync('tar', ['-xzf', join(tarballs, file), '--strip-components=1', '-C', of(name)]);
  }
  return {
    folder,
    of,
    run: async (code) => await runProgram(process.execPath, ['--input-type=module', '-e', code], { cwd: folder }),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}
