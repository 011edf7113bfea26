import { readFileSync, writeFileSync } from 'node:fs';

import { OneAfterAnother, proxiesOf } from '@sb/fetcher/in-this-process';
import { temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { loadConfiguration } from '../config/configuration.js';
import { sandboxOptions } from '../config/sandbox-options.js';

/** The filter that `@sb/sandbox` has made beforehand: what it was made of, and the rest. */
const file = new URL('../../../../packages/sandbox/src/filter/usual-client.json', import.meta.url);

/** What is asked of the process that downloads, where the configuration has only defaults. */
async function asked() {
  using folder = temporaryFolder();
  writeFileSync(folder.file('pacman.conf'), '[options]\n');
  const { sandbox } = await loadConfiguration({ config: folder.file('pacman.conf'), mayBeAbsent: true });
  const needs = { program: 'self', user: { user: 'nobody' }, ports: [], writable: [] } as const;
  const base = sandboxOptions(sandbox, needs);
  if (base === undefined) throw new Error('the sandbox is off');
  const request = { url: new URL('http://mirror/a'), limits: {}, proxies: proxiesOf({}), userAgent: '' };
  return new OneAfterAnother(request as never).confinement(base);
}

describe('the filter of the process that downloads', () => {
  it('need not be made at its start: it is the one that the sandbox has', async () => {
    const known = JSON.parse(readFileSync(file, 'utf8')) as { readonly options: string };
    const { base, allow, rules } = JSON.parse(known.options) as Record<string, unknown>;
    const { seccomp } = await asked();
    const { deny, ...choice } = seccomp as unknown as Record<string, readonly Record<string, unknown>[]>;
    const written = choice['rules']?.map((rule) => ({ when: [], ...rule }));
    // What changes files is denied by the sandbox in addition.
    expect(deny).toEqual([]);
    expect({ ...choice, rules: written }).toEqual({ base, allow, rules });
  });
});
