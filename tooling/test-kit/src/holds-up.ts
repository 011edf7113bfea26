import { compileAddon } from './compile.js';

/**
 * Compiles an addon for a process that was taken over. It sends, or fills what it sends through, in ways that make the reader
 * wait for a server that does nothing. Its `run(way, descriptor, port, first)` returns 0, or the number of an errno.
 *
 * The ways are, from 0 on: a descriptor, splice, sendfile, vmsplice, tee. `first` is a buffer that is written to the
 * descriptor before.
 *
 * @param output - path of the addon
 */
export async function holdsUpAddon(output: string): Promise<void> {
  await compileAddon(output, { from: import.meta.url, sources: ['../fixtures/holds_up.c'] });
}
