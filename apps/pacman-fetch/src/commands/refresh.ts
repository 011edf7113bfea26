import { batchOptions } from '../options/batch.js';
import { inSession } from '../download/session.js';
import { logRefresh } from '../refresh/log-line.js';
import { refresh } from '../refresh/refresh.js';
import type { Subcommand } from '../options/command.js';

/** `pacman-fetch refresh`: what `pacman -Sy` does. */
export const refreshCommand: Subcommand = {
  operands: '[REPO...]',
  about: `Brings the databases of pacman.conf, or those of REPO, up to date: in parallel,
only what has changed, and with their signatures where SigLevel asks for any.
Exit status: 0 done, 1 a download failed or pacman can't use what came,
2 configuration, 3 the sandbox, 4 files.`,
  listedBy: ['pacman-conf --repo-list'],
  options: {
    files: { short: 'F', about: 'the lists of files, as pacman -Fy' },
    force: { short: 'f', about: "also what hasn't changed, as pacman -Syy" },
    ...batchOptions,
  },
  async run(parsed) {
    const { operands, switches, values } = parsed;
    const config = values.get('config');
    const kind = switches.has('files') ? 'files' : 'db';
    const choice = { repositories: operands, kind, force: switches.has('force') } as const;
    const pacmanOptions = config === undefined ? [] : ['--config', config];
    return await inSession(parsed, {
      during: async (session) => {
        logRefresh(session.configuration);
        return await refresh(session, choice, pacmanOptions);
      },
    });
  },
};
