import { describe, expect, it } from 'vitest';

import type { Directive } from './pacman-conf.js';
import { settingsOf } from './settings.js';

const options = (...pairs: readonly (readonly [key: string, value?: string])[]): Directive[] =>
  pairs.map(([key, value], index) => ({ section: 'options', key, value, file: 'pacman.conf', line: index + 1 }));

describe('settingsOf', () => {
  it('is automatic without directives', () => {
    expect(settingsOf([])).toEqual({ useSandbox: 'auto', user: undefined, disableDownloadTimeout: false });
  });

  it("takes SandboxUser before pacman's DownloadUser", () => {
    const source = 'DownloadUser in pacman.conf:1';
    expect(settingsOf(options(['DownloadUser', 'alpm'])).user).toEqual({ name: 'alpm', source });
    const both = options(['SandboxUser', 'fetch'], ['DownloadUser', 'alpm']);
    expect(settingsOf(both).user).toEqual({ name: 'fetch', source: 'SandboxUser in pacman.conf:1' });
  });

  it('takes no directive of a repository', () => {
    expect(settingsOf([{ section: 'core', key: 'DownloadUser', value: 'x', file: 'f', line: 1 }]).user).toBeUndefined();
  });

  it.each([
    [undefined, 'yes'],
    ['yes', 'yes'],
    ['no', 'no'],
    ['auto', 'auto'],
  ])('reads UseSandbox = %s as %s', (value, expected) => {
    const directives = options(value === undefined ? ['UseSandbox'] : ['UseSandbox', value]);
    expect(settingsOf(directives).useSandbox).toBe(expected);
  });

  it.each([
    [options(['UseSandbox', 'No']), 'pacman.conf:1: UseSandbox = No is invalid'],
    [options(['SandboxUser']), 'pacman.conf:1: SandboxUser names no user'],
    [options(['Color'], ['DownloadUser', '']), 'pacman.conf:2: DownloadUser names no user'],
  ])('refuses %j', (directives, text) => {
    expect(() => settingsOf(directives)).toThrow(expect.objectContaining({ kind: 'usage', message: text }));
  });

  it('ignores what pacman ignores', () => {
    expect(settingsOf(options(['DownloadUser'], ['DownloadUser', 'alpm'])).user?.name).toBe('alpm');
    expect(settingsOf(options(['DisableDownloadTimeout', 'no'])).disableDownloadTimeout).toBe(false);
  });

  it('reads DisableDownloadTimeout', () => {
    expect(settingsOf(options(['DisableDownloadTimeout'])).disableDownloadTimeout).toBe(true);
  });
});
