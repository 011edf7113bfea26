/*
 * What each preset lets through, against what it let through when that was last written down. A change of a preset fails
 * here and prints the calls that it newly allows and newly denies; once they are meant, write them down:
 * `npm run build -w @sb/seccomp && npm run snapshot:presets -w @sb/seccomp`.
 */
import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { compare } from '../src/analysis/index.js';
import { comparison } from '../src/cli/compared.js';
import { parsePolicy, policy, type SeccompPolicy } from '../src/index.js';

const before = (base: string): SeccompPolicy =>
  parsePolicy(readFileSync(new URL(`data/presets/${base}.json`, import.meta.url), 'utf8'));

describe.each(['deny-dangerous', 'network-client', 'network-client-running'] as const)('the preset %s', (base) => {
  it('lets through the recorded calls, and nothing else', () => {
    const { text, status } = comparison([policy({ base }), before(base)], new Set(['equal']));
    // "only in the first" is what the preset newly allows.
    expect(status === 0 ? '' : text).toBe('');
  });

  it('fails the test if it permits one call more', () => {
    const looser = policy({ base, allow: ['kexec_load'] });
    const { text, status } = comparison([looser, before(base)], new Set(['equal', 'subset']));
    expect(status).toBe(1);
    expect(text).toContain('only in the first: kexec_load\n');
    expect(compare(before(base), looser).relation).toBe('subset');
  });
});
