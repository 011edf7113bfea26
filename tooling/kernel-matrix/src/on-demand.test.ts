import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { initScript } from './init-script.mjs';
import { copyModules } from './on-demand.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sb-on-demand-'));
  for (const name of ['to', 'from/kernel/net/unix']) mkdirSync(join(folder, name), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('modules of a guest', () => {
  it.each(['unix_diag.ko', 'unix_diag.ko.xz', 'unix_diag.ko.zst'])('are copied and loaded: %s', (name) => {
    writeFileSync(join(folder, 'from/kernel/net/unix', name), 'module');
    writeFileSync(join(folder, 'from/kernel/net/unix/diag.ko'), 'another');
    const modules = copyModules(join(folder, 'from'), join(folder, 'to'));
    expect(modules).toEqual([join(folder, 'to', name)]);
    expect(readFileSync(modules[0] ?? '', 'utf8')).toBe('module');
    const script = initScript({ folder, modules, command: ['true'], env: {} });
    expect(script).toContain(`\nbusybox insmod '${modules[0]}'\n`);
  });

  it('are left to a kernel that has them built in', () => {
    expect(copyModules(join(folder, 'from'), join(folder, 'to'))).toEqual([]);
    expect(initScript({ folder, modules: [], command: ['true'], env: {} })).not.toContain('insmod');
  });
});
