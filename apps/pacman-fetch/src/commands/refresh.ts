import { downloadOptions } from '../download/given-options.js';
import { openSession } from '../download/session.js';
import { refresh } from '../refresh/refresh.js';
import type { Subcommand } from './subcommand.js';

/** `pacman-fetch refresh`: what `pacman -Sy` does. */
export const refreshCommand: Subcommand = {
  operands: '[REPO...]',
  about: `Brings the databases of pacman.conf, or those of REPO, up to date: in parallel,
only what has changed, and with their signatures where SigLevel asks for any.
Exit status: 0 done, 1 a download failed or pacman can't use what came,
2 configuration, 3 the sandbox, 4 files.`,
  options: {
    files: { short: 'F', about: 'the lists of files, as pacman -Fy' },
    force: { short: 'f', about: "also what hasn't changed, as pacman -Syy" },
    ...downloadOptions,
  },
  async run(given) {
    const { operands, switches, values } = given;
    await using session = await openSession(given);
    const config = values.get('config');
    return await refresh(
      session,
      { repositories: operands, kind: switches.has('files') ? 'files' : 'db', force: switches.has('force') },
      config === undefined ? [] : ['--config', config],
    );
  },
};
