/* What a call without a word says. */
import { describe, expect, it } from 'vitest';

import { help } from '../src/arguments.js';
import { runFetch } from './kit/fetch-program.js';

describe('pacman-fetch without a word', () => {
  it('shows how it is used, as an error', async () => {
    expect(await runFetch([])).toMatchObject({ status: 2, stdout: '', stderr: help() });
  });

  it('shows the same where that is asked for: the twin', async () => {
    expect(await runFetch(['--help'])).toMatchObject({ status: 0, stdout: help(), stderr: '' });
  });
});
