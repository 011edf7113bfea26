import { resolve } from 'node:path';

import { isRoot } from '@sb/files';

import type { Places } from '../config/values.js';
import { batchOptions } from '../options/batch.js';
import { inSession, type Overrides, type Session } from '../download/session.js';
import { exitStatus, FetchError } from '../errors.js';
import { questionBeforehand } from '../pacman/ask-beforehand.js';
import { type PacmanCommand, placeOptions, readPacmanCommand } from '../pacman/command-line.js';
import { runPacmanFor } from '../pacman/run-for.js';
import { type Steps, stepsOf } from '../pacman/steps.js';
import { writableFolder } from '../prefetch/cache.js';
import { askPacman, isTypo, prefetch } from '../prefetch/prefetch.js';
import { DatabaseLock } from '../refresh/database-lock.js';
import { logRefresh } from '../refresh/log-line.js';
import { refresh } from '../refresh/refresh.js';
import type { Subcommand } from '../options/command.js';

const { cacert, quiet, json } = batchOptions;

/** `pacman-fetch pacman`: runs the real pacman after everything that it would download has been downloaded. */
export const pacmanCommand: Subcommand = {
  operands: '-- PACMAN-ARGUMENTS...',
  about: `Refreshes (-Sy, -Fy) and downloads what is needed (-S, -Su, -Sw). Then it runs
pacman with the same arguments, but without -y. That pacman does not download:
"pacman-fetch xfer" fetches what it still needs.
"pacman-fetch -Syu" is short for "pacman-fetch pacman -- -Syu".
Exit status: that of pacman; before it starts: 1 a download failed,
2 configuration, 3 the sandbox, 4 files.`,
  behind: 'pacman',
  options: { cacert, quiet, json },
  async run(parsed) {
    const args = parsed.operands;
    if (args.length === 0)
      throw new FetchError('usage', 'the arguments for pacman are missing', 'For instance "pacman -- -Syu".');
    const command = readPacmanCommand(args);
    const steps = stepsOf(command);
    const run = async (words: readonly string[]) => await runPacmanFor(parsed, { args, command, steps }, words);
    if (command === undefined || (steps.refresh === undefined && !steps.isPrefetched)) return await run(args);
    const values = new Map([...parsed.values, ...last(command, 'config'), ...last(command, 'color')]);
    return await inSession(
      { ...parsed, values },
      {
        during: async (session) => await before(session, command, steps),
        afterwards: steps.needsPacman ? async () => await run(command.withoutRefresh) : undefined,
        overrides: overridesOf(command),
      },
    );
  },
};

/** Does what must be done before pacman. The worker has ended when pacman starts. */
async function before(session: Session, command: PacmanCommand, steps: Steps): Promise<number> {
  if (steps.refresh !== undefined) {
    logRefresh(session.configuration, command.values.get('logfile')?.at(-1));
    const status = await refresh(session, { ...steps.refresh, repositories: [] }, placeOptions(command));
    if (status !== exitStatus.done) return status;
  }
  // A refresh takes the lock itself; pacman needs it as well.
  DatabaseLock.removeAbandoned(session.places.database);
  return steps.isPrefetched ? await fetchNeeded(session, command) : exitStatus.done;
}

async function fetchNeeded(session: Session, command: PacmanCommand): Promise<number> {
  // pacman chooses another directory then, says so, and has the files fetched into it.
  if (isRoot() && writableFolder(session.places.caches) === undefined) return exitStatus.done;
  const options = placeOptions(command);
  const answer = await askPacman(session, command.withoutRefresh, options);
  if ('wanted' in answer) {
    const packages = answer.wanted.map(({ repository, name }) => `${repository}/${name}`);
    // What is needed depends on an answer, which is given to pacman. It then has the files fetched.
    const listed = { command, packages, options };
    if ((await questionBeforehand(session.configuration, listed, session.signal)) !== undefined) return exitStatus.done;
    return await prefetch(session, { ...answer, isAsked: canAsk(session, command) });
  }
  if (isTypo(answer.refusal)) return exitStatus.done;
  const display = session.display('kept');
  const text = 'pacman does not list beforehand what it needs, so files are downloaded one after the other';
  display.show({ event: 'warning', text, hint: 'The messages of pacman below say why.' });
  display.end();
  return exitStatus.done;
}

/** As pacman, which asks nothing with --noconfirm. Input from a pipe contains answers to pacman's own questions. */
function canAsk({ isForPeople }: Session, { switches }: PacmanCommand): boolean {
  return isForPeople && !switches.has('noconfirm') && process.stdin.isTTY && process.stdout.isTTY;
}

function last({ values }: PacmanCommand, name: string): readonly (readonly [string, string])[] {
  const value = values.get(name)?.at(-1);
  return value === undefined ? [] : [[name, value]];
}

/**
 * Options of pacman that replace values of pacman.conf. As `pacman -v` shows, the last of each counts. But each
 * `--cachedir` adds one, and `$arch` is the first `--arch`.
 */
function overridesOf({ values, switches }: PacmanCommand): Overrides {
  const database = values.get('dbpath')?.at(-1);
  const caches = values.get('cachedir');
  const rootDir = values.get('root')?.at(-1);
  const places: Partial<Places> = {
    ...(database === undefined ? {} : { database }),
    ...(caches === undefined ? {} : { caches }),
  };
  return {
    rootDir: rootDir === undefined ? undefined : resolve(rootDir),
    architecture: values.get('arch')?.[0],
    places,
    isSilent: true,
    disableTimeout: switches.has('disable-download-timeout'),
    ...(switches.has('noprogressbar') ? { look: { bars: false } } : {}),
  };
}
