import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

import { missing, temporaryFolder } from '@sb/test-kit';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { loadConfiguration } from '../config/configuration.js';
import { logLine, logRefresh } from './log-line.js';

describe('logLine', () => {
  it('has the form of pacman.log', () => {
    expect(logLine(new Date(), 'x')).toMatch(/^\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}\] \[PACMAN\] x\n$/);
  });

  it.each(['UTC', 'Asia/Kolkata', 'America/St_Johns', 'Pacific/Kiritimati'])('has the local time of %s', (TZ) => {
    const time = new Date('2026-01-02T03:04:05Z');
    const before = process.env['TZ'];
    process.env['TZ'] = TZ;
    try {
      const said = execFileSync('date', ['-d', '@1767323045', '+[%Y-%m-%dT%H:%M:%S%z] [PACMAN] x'], { env: { TZ } });
      expect(logLine(time, 'x')).toBe(said.toString());
    } finally {
      if (before === undefined) delete process.env['TZ'];
      else process.env['TZ'] = before;
    }
  });
});

describe.skipIf(missing('root', 'linux'))('logRefresh', () => {
  afterEach(() => void vi.restoreAllMocks());

  it('warns of a log that cannot be written: which, why, and what to do', async () => {
    using folder = temporaryFolder();
    const config = folder.file('pacman.conf');
    writeFileSync(config, '');
    const configuration = await loadConfiguration({ config });
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const said = (path: string): string => {
      write.mockClear();
      logRefresh(configuration, path);
      return write.mock.calls.map(([text]) => String(text)).join('');
    };
    const start = 'warning: cannot log this refresh: ';
    expect(said('/dev/full')).toBe(
      `${start}cannot write to /dev/full: ENOSPC (no space left on device)\n       Make room on the disk.\n`,
    );
    expect(said(`${config}/log`)).toBe(
      `${start}directory ${config} can't be used: ENOTDIR (not a directory)\n` +
        '       It or a part of its path is a file; choose another path.\n',
    );
    expect(said('/dev/null')).toBe('');
  });
});
