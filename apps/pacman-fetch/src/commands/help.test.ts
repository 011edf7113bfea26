import { describe, expect, it } from 'vitest';

import { help } from '../arguments.js';
import { helpOf } from './help.js';
import { commands } from './table.js';

/** A screen, as terminals have had it since the VT100. */
function expectScreen(text: string): void {
  const lines = text.trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(24);
  for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
}

describe('help', () => {
  it('fits a screen and names every command', () => {
    expectScreen(help());
    for (const name of Object.keys(commands)) expect(help()).toMatch(new RegExp(`^  ${name} `, 'm'));
  });

  it.each(Object.entries(commands))('of %s fits a screen and names every option', async (name, entry) => {
    const command = await entry.load();
    const text = helpOf(name, command);
    expectScreen(text);
    for (const option of [...Object.keys(command.options), 'help']) expect(text).toContain(`--${option}`);
  });
});
