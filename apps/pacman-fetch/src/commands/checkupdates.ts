import { placesOf } from '../config/values.js';
import { inSession, type Session } from '../download/session.js';
import { exitStatus } from '../errors.js';
import { batchOptions } from '../options/batch.js';
import type { Subcommand } from '../options/command.js';
import { askPacman, prefetch } from '../prefetch/prefetch.js';
import { refresh } from '../refresh/refresh.js';
import { charsetOf } from '../ui/environment.js';
import { printable } from '../ui/text.js';
import { pendingUpdates } from '../updates/pending.js';
import { makeUpdatesFolder, updatesFolder } from '../updates/updates-folder.js';

/** As in checkupdates(8): no updates, which is not a failure. */
const nothingNew = 2;

const { config, cacert } = batchOptions;

/** `pacman-fetch checkupdates`: lists what `pacman -Syu` would upgrade, without touching its databases. */
export const checkUpdatesCommand: Subcommand = {
  about: `Lists available upgrades, as "NAME OLD -> NEW". It refreshes separate databases,
so that "pacman -S" never installs against newer ones than the system has.
It does not need root or fakeroot.
Exit status: 0 updates, 1 a download failed, 2 no updates, or configuration,
3 the sandbox, 4 files.`,
  options: {
    download: { short: 'd', about: 'also download them, as prefetch -u' },
    config,
    cacert,
  },
  async run(parsed) {
    const folder = updatesFolder(process.env);
    const said = parsed.values.get('config');
    const options = [...(said === undefined ? [] : ['--config', said]), '--dbpath', folder];
    return await inSession(parsed, {
      during: async (session) => await check(session, { folder, options, isDownload: parsed.switches.has('download') }),
      overrides: { places: { database: folder }, look: { style: 'quiet' }, keepsUser: true },
    });
  },
};

interface Check {
  /** DBPath of the databases that are examined. */
  readonly folder: string;
  /** Options that make pacman use them. */
  readonly options: readonly string[];
  readonly isDownload: boolean;
}

async function check(session: Session, { folder, options, isDownload }: Check): Promise<number> {
  const { database } = placesOf(session.configuration);
  makeUpdatesFolder(folder, database);
  const status = await refresh(session, { repositories: [], kind: 'db', force: false }, options);
  if (status !== exitStatus.done) return status;
  const updates = await pendingUpdates(options, session.signal);
  const charset = charsetOf(process.env);
  for (const line of updates) process.stdout.write(`${printable(line, charset)}\n`);
  if (updates.length === 0) return nothingNew;
  if (!isDownload) return exitStatus.done;
  const answer = await askPacman(session, ['-Su', ...options], options);
  if ('refusal' in answer) {
    process.stderr.write(printable(answer.refusal, charset));
    return exitStatus.download;
  }
  // pacman itself writes to the same cache.
  return await prefetch({ ...session, places: { ...session.places, database } }, answer);
}
