import { resolve } from 'node:path';

import type { Places } from '../config/values.js';
import { batchOptions } from '../options/batch.js';
import { inSession, type Overrides, type Session } from '../download/session.js';
import { exitStatus, FetchError } from '../errors.js';
import { questionBeforehand } from '../pacman/ask-beforehand.js';
import { type PacmanCommand, placeOptions, readPacmanCommand } from '../pacman/command-line.js';
import { runPacmanFor } from '../pacman/run-for.js';
import { type Steps, stepsOf } from '../pacman/steps.js';
import { askPacman, prefetch } from '../prefetch/prefetch.js';
import { DatabaseLock } from '../refresh/database-lock.js';
import { logRefresh } from '../refresh/log-line.js';
import { refresh } from '../refresh/refresh.js';
import type { Subcommand } from '../options/command.js';

const { cacert, quiet, json } = batchOptions;

/** `pacman-fetch pacman`: the real pacman, after everything that it would download is there. */
export const pacmanCommand: Subcommand = {
  operands: '-- PACMAN-ARGUMENTS...',
  about: `Refreshes (-Sy, -Fy) and downloads what is needed (-S, -Su, -Sw), and then runs
pacman with the same arguments but for the -y that is done. That pacman doesn't
download: what it still needs, "pacman-fetch xfer" brings.
"pacman-fetch -Syu" is short for "pacman-fetch pacman -- -Syu".
Exit status: that of pacman; before it 1 a download failed, 2 configuration,
3 the sandbox, 4 files.`,
  behind: 'pacman',
  options: { cacert, quiet, json },
  async run(parsed) {
    const args = parsed.operands;
    if (args.length === 0) throw new FetchError('usage', 'no arguments for pacman', 'For instance "pacman -- -Syu".');
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

/** What is done before pacman; the worker is gone when it starts. */
async function before(session: Session, command: PacmanCommand, steps: Steps): Promise<number> {
  if (steps.refresh !== undefined) {
    logRefresh(session.configuration, command.values.get('logfile')?.at(-1));
    const status = await refresh(session, { ...steps.refresh, repositories: [] }, placeOptions(command));
    if (status !== exitStatus.done) return status;
  }
  // A refresh has its own; pacman needs one as well.
  DatabaseLock.removeAbandoned(session.places.database);
  return steps.isPrefetched ? await fetchNeeded(session, command) : exitStatus.done;
}

async function fetchNeeded(session: Session, command: PacmanCommand): Promise<number> {
  const options = placeOptions(command);
  const answer = await askPacman(session, command.withoutRefresh, options);
  if ('wanted' in answer) {
    const packages = answer.wanted.map(({ repository, name }) => `${repository}/${name}`);
    // What is needed depends on the answer, which pacman gets. It has what it needs brought then.
    const listed = { command, packages, options };
    if ((await questionBeforehand(session.configuration, listed, session.signal)) !== undefined) return exitStatus.done;
    return await prefetch(session, { ...answer, isAsked: canAsk(session, command) });
  }
  const display = session.display('kept');
  const text = "pacman doesn't say beforehand what it needs, so files come one after the other";
  display.show({ event: 'warning', text, hint: 'pacman says below why.' });
  display.end();
  return exitStatus.done;
}

/** As pacman, which asks nobody who has said --noconfirm; what comes by a pipe are answers to pacman's own questions. */
function canAsk({ isForPeople }: Session, { switches }: PacmanCommand): boolean {
  return isForPeople && !switches.has('noconfirm') && process.stdin.isTTY && process.stdout.isTTY;
}

function last({ values }: PacmanCommand, name: string): readonly (readonly [string, string])[] {
  const value = values.get(name)?.at(-1);
  return value === undefined ? [] : [[name, value]];
}

/**
 * What pacman's own options say in place of pacman.conf. As `pacman -v` shows, the last of each counts; but `--cachedir`
 * adds up, and `$arch` is the first `--arch`.
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
