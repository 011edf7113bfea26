import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Machine } from './machine.js';

/** Makes an installed package of version 1-1 one of version 0-1, so that there is an upgrade. */
export function makeInstalledOlder({ database }: Machine, name: string): void {
  const at = (version: string): string => join(database, 'local', `${name}-${version}`);
  renameSync(at('1-1'), at('0-1'));
  const description = join(at('0-1'), 'desc');
  writeFileSync(description, readFileSync(description, 'utf8').replace('%VERSION%\n1-1', '%VERSION%\n0-1'));
}
