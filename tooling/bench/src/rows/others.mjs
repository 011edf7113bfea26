// Targets 5, 6 and 9: databases that are up to date, one large file, and a start.
// @ts-check
import { closeSync, ftruncateSync, openSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { user } from '../place.mjs';

/** @typedef {import('../row.mjs').Row} Row */
/** @typedef {import('../row.mjs').Setting} Setting */

const GIBIBYTE = 2 ** 30;
const sbRun = fileURLToPath(new URL('../../../../packages/sandbox/dist/sb-run.cjs', import.meta.url));

/**
 * @param {Setting} setting
 * @returns {Row}
 */
export function refresh({ place, repository, server, client }) {
  const config = place.configure({ name: 'refresh.conf', server: server.http });
  place.clear(repository);
  // The warm-up brings the databases with their times, and then all are up to date.
  return {
    target: '5',
    work: 'refresh of three repositories, all up to date, loopback',
    ways: [
      { name: 'pacman-fetch', command: [...client, place.pacmanFetch, 'refresh', '--quiet', '--config', config] },
      { name: 'pacman -Sy', command: [...client, 'pacman', '--config', config, '--noconfirm', '-Sy'] },
    ],
    limits: [{ of: 'pacman -Sy', atMost: 100, unit: 'ms' }],
  };
}

/**
 * @param {Setting} setting
 * @returns {Row}
 */
export function largeFile({ place, folder, repository, server, client }) {
  const served = openSync(join(repository, 'large'), 'w');
  ftruncateSync(served, GIBIBYTE);
  closeSync(served);
  const config = place.configure({ name: 'large.conf', server: server.http });
  const file = join(folder, 'large.part');
  const around = {
    before: () => rmSync(file, { force: true }),
    after: () => {
      if (statSync(file).size !== GIBIBYTE) throw new Error('the file did not come whole');
    },
  };
  const url = `${server.http}/large`;
  return {
    target: '6',
    work: '1 GiB to one file, loopback',
    ways: [
      {
        ...around,
        name: 'pacman-fetch',
        command: [...client, place.pacmanFetch, '--quiet', '--config', config, '-o', file, url],
      },
      { ...around, name: 'curl', command: [...client, 'curl', '--disable', '-sfo', file, url] },
    ],
    limits: [
      { of: 'curl', atMost: 1 },
      { of: 'curl', atMost: 1.3, figure: 'cpu' },
    ],
  };
}

/** @returns {Row} */
export function start() {
  return {
    target: '9',
    work: 'sb-run -- true, every layer',
    ways: [
      { name: 'sb-run', command: [process.execPath, sbRun, '--user', user, '--', 'true'] },
      { name: 'node -e 0', command: [process.execPath, '-e', '0'] },
    ],
    // 45 ms where Node alone takes 20.
    limits: [{ of: 'node -e 0', atMost: 2.25 }],
  };
}
