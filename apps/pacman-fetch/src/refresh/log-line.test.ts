import { execFileSync } from 'node:child_process';

import { describe, expect, it } from 'vitest';

import { logLine } from './log-line.js';

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
