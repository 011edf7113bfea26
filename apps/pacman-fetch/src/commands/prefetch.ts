import { batchOptions } from '../options/batch.js';
import { inSession, type Session } from '../download/session.js';
import { exitStatus, FetchError } from '../errors.js';
import { askPacman, prefetch } from '../prefetch/prefetch.js';
import { DatabaseLock } from '../refresh/database-lock.js';
import { charsetOf } from '../ui/environment.js';
import { printable } from '../ui/text.js';
import type { Subcommand } from '../options/command.js';

/** `pacman-fetch prefetch`: downloads what `pacman -Sw` would. */
export const prefetchCommand: Subcommand = {
  operands: '[TARGET...]',
  about: `Downloads what "pacman -S TARGET" or, with -u, "pacman -Su" needs, to the
cache directory: in parallel, with signatures, and checked by size and SHA-256.
pacman then has nothing to download.
Exit status: 0 done, 1 a download failed or pacman refuses the targets,
2 configuration, 3 the sandbox, 4 files.`,
  // As in pacman's own completion: packages, and groups.
  listedBy: ['pacman -Slq', 'pacman -Sgq'],
  options: {
    sysupgrade: { short: 'u', about: 'what an upgrade of all packages needs' },
    needed: { about: 'skip packages that are installed and up to date' },
    ...batchOptions,
  },
  async run(parsed) {
    const { operands, switches, values } = parsed;
    const isUpgrade = switches.has('sysupgrade');
    if (operands.length === 0 && !isUpgrade) {
      throw new FetchError('usage', 'no targets specified', 'Name packages, or give -u for an upgrade.');
    }
    const config = values.get('config');
    const options = config === undefined ? [] : ['--config', config];
    const question = [
      isUpgrade ? '-Su' : '-S',
      ...options,
      ...(switches.has('needed') ? ['--needed'] : []),
      '--',
      ...operands,
    ];
    return await inSession(parsed, { during: async (session) => await askAndFetch(session, question, options) });
  },
};

async function askAndFetch(session: Session, question: readonly string[], options: readonly string[]): Promise<number> {
  const asked = askPacman(session, question, options);
  // pacman takes no lock for its answer.
  DatabaseLock.removeAbandoned(session.places.database);
  const answer = await asked;
  if ('refusal' in answer) {
    // The messages of pacman are the clearest.
    const charset = charsetOf(process.env);
    const lines = answer.refusal.split('\n').map((line) => printable(line, charset));
    process.stderr.write(lines.join('\n'));
    return exitStatus.download;
  }
  return await prefetch(session, answer);
}
