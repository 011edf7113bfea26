import type { DownloadRequest } from '@sb/fetcher';

import type { ParsedOptions } from '../options/parse.js';
import { batchOptions } from '../options/batch.js';
import { runBatch } from '../download/batch.js';
import { statusOf } from '../download/ending.js';
import { inSession, type Session } from '../download/session.js';
import { exitStatus, FetchError } from '../errors.js';
import { serveFromCache } from '../for-pacman/already-there.js';
import { mayLeaveOut } from '../for-pacman/forced.js';
import { placeFor, requestFor } from '../for-pacman/one-request.js';
import type { Subcommand } from '../options/command.js';
import { parseUrl } from '../url.js';

/** `pacman-fetch xfer`: an XferCommand that may leave a file out. */
export const xferCommand: Subcommand = {
  operands: 'URL',
  about: `Downloads URL to the current directory, under the last part of the URL. It is
meant for an XferCommand of pacman.conf without %o:
    XferCommand = /usr/bin/pacman-fetch xfer %u
Without %o pacman does not rename files. So a missing signature, and a database
that has not changed, are not errors and cause no pause.
"pacman-fetch pacman" runs pacman with this XferCommand.
Exit status: 0 done or left out, 1 the download failed, 2 configuration,
3 the sandbox, 4 files.`,
  options: {
    'from-cache': { about: 'first look for the file in the parent directory' },
    'disable-download-timeout': { about: 'keep waiting for a server that sends nothing' },
    noprogressbar: { about: 'do not show a progress bar' },
    ...batchOptions,
  },
  async run(parsed) {
    const [text, ...more] = parsed.operands;
    if (text === undefined || more.length > 0) {
      throw new FetchError('usage', 'xfer takes exactly one URL', 'For instance "xfer http://host/file".');
    }
    const url = parseUrl(text);
    const folder = process.cwd();
    const to = placeFor(url, folder);
    if (parsed.switches.has('from-cache') && (await serveFromCache(to))) return exitStatus.done;
    const maySkip = mayLeaveOut(process.ppid);
    const during = async (session: Session): Promise<number> => await bring(requestFor({ url, to, maySkip }), session);
    return await inSession(parsed, { during, overrides: overridesOf(parsed) });
  },
};

async function bring(request: DownloadRequest, session: Session): Promise<number> {
  const { fetcher, isForPeople, signal } = session;
  const display = session.display('finished-first');
  try {
    const plan = { requests: [request], refused: [], leftOut: [] };
    return statusOf(await runBatch(plan, { fetcher, display, isForPeople, signal }));
  } finally {
    display.end();
  }
}

function overridesOf({ switches }: ParsedOptions) {
  return {
    isSilent: true,
    disableTimeout: switches.has('disable-download-timeout'),
    ...(switches.has('noprogressbar') ? { look: { bars: false } } : {}),
  };
}
