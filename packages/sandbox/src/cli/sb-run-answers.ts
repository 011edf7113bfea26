import { packageVersion } from '@sb/core';

import type { Arguments } from './arguments.js';
import { guarded } from './guarded.js';
import { print } from './output.js';

/**
 * Executes a command line that runs nothing: it prints what was asked for.
 *
 * @param argv - without Node and the script
 * @returns the exit status
 */
export async function answered(argv: readonly string[]): Promise<number> {
  return await guarded(argv, {
    execute: async (args) => {
      if (await printed(args)) return 0;
      const { perform } = await import('./perform.js');
      return await perform(args);
    },
    fail: async (...failure) => {
      const { failWith } = await import('./report-failure.js');
      return failWith(...failure);
    },
  });
}

/** What needs no layer is answered without loading one. */
async function printed(args: Arguments): Promise<boolean> {
  if (args.has('help')) await print((await import('./help.js')).help);
  else if (args.has('list-profiles')) await print((await import('./profile-table.js')).profileTable());
  else if (args.has('version')) await print(`sb-run ${packageVersion(new URL('../', import.meta.url))}\n`);
  else if (args.has('completion')) {
    const { completion } = await import('./completion.js');
    await print(completion(args.one('completion') ?? '') ?? '');
  } else return false;
  return true;
}
