import { batchOptions } from '../options/batch.js';
import { inSession } from '../download/session.js';
import { logRefresh } from '../refresh/log-line.js';
import { refresh } from '../refresh/refresh.js';
import type { Subcommand } from '../options/command.js';

/** `pacman-fetch refresh`: does what `pacman -Sy` does. */
export const refreshCommand: Subcommand = {
  operands: '[REPO...]',
  about: `Refreshes the databases of pacman.conf, or only those of REPO: in parallel,
only if they have changed, and with signatures if SigLevel asks for them.
As root it appends pacman's line to LogFile, or warns that it cannot.
Exit status: 0 done, 1 a download failed or pacman cannot use a database,
2 configuration, 3 the sandbox, 4 files.`,
  listedBy: ['pacman-conf --repo-list'],
  options: {
    files: { short: 'F', about: 'the lists of files, like pacman -Fy' },
    force: { short: 'f', about: 'also unchanged databases, like pacman -Syy' },
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
