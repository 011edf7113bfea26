import { runProgram } from '@sb/test-kit';

import { answer, conf } from '../../src/commands/conf.js';
import { parseOptions } from '../../src/options/parse.js';
import { FetchError } from '../../src/errors.js';
import { environment } from '../kit/fetch-program.js';

/** What a program said of a configuration. */
export interface Said {
  /** 0, or 1 for every failure. */
  readonly status: 0 | 1;
  /** Empty where a file was refused. */
  readonly stdout: string;
  /** pacman's own words. */
  readonly warnings: readonly string[];
}

/** Asks pacman-conf. */
export async function theirs(args: readonly string[]): Promise<Said> {
  const { status, stdout, stderr } = await runProgram('pacman-conf', args, { env: environment });
  const warnings = stderr.split('\n').filter((line) => line.startsWith('warning: '));
  const isRefused = status !== 0 && /^error/m.test(stderr);
  return { status: status === 0 ? 0 : 1, stdout: isRefused ? '' : stdout, warnings: isRefused ? [] : warnings };
}

/** Asks `pacman-fetch conf` in this process; its own section is left out. */
export async function ours(args: readonly string[]): Promise<Said> {
  try {
    const { lines, isWhole, warnings } = await answer(parseOptions('conf', conf.options, args));
    const own = lines.indexOf('[pacman-fetch]');
    const before = own < 0 ? lines : lines.slice(0, own);
    return {
      status: isWhole ? 0 : 1,
      stdout: before.map((line) => `${line}\n`).join(''),
      warnings: warnings
        .filter((text) => !text.includes('DownloadUser = '))
        .map((text) => `warning: ${text.replace(/ Did you mean .*\?$/, '')}`),
    };
  } catch (error) {
    if (error instanceof FetchError) return { status: 1, stdout: '', warnings: [] };
    throw error;
  }
}
