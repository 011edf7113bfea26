import { dirname, join } from 'node:path';

import { compileC } from './compile.js';

/** The ways by which {@link holdsUpAddon} holds up who reads what it sends, by their number. */
export const waysToHoldUp = ['descriptor', 'splice', 'sendfile', 'vmsplice', 'tee'] as const;

/** What the addon's one function is: it gives 0, or the number of an errno. */
export interface HoldsUp {
  readonly run: (way: number, descriptor: number, port: number, first: Buffer) => number;
}

/**
 * Compiles an addon for a process that was taken over: it sends, or fills what it sends through, in ways that make the reader
 * wait for a server that does nothing.
 *
 * @param output - path of the addon
 */
export async function holdsUpAddon(output: string): Promise<void> {
  const headers = join(process.env['npm_config_nodedir'] ?? join(dirname(process.execPath), '..'), 'include/node');
  const flags = ['-shared', '-fPIC', `-I${headers}`];
  await compileC(output, { from: import.meta.url, sources: ['../fixtures/holds-up.c'], flags });
}
