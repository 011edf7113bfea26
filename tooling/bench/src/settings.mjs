// Where the rows are measured: on loopback, and over networks with a delay.
// @ts-check
import { existsSync, mkdirSync, mkdtempSync, chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { makeNetwork } from './network.mjs';
import { Place } from './place.mjs';
import { makeRepository } from './repository.mjs';
import { denials, denialsOfMessages } from './rows/denials.mjs';
import { largeFile, refresh, start } from './rows/others.mjs';
import { prefetch, xferOnLoopback, xferOverDistance } from './rows/packages.mjs';
import { startServer } from './server.mjs';

/** @typedef {import('./row.mjs').Setting} Setting */
/** @typedef {{ target: string, make: (setting: Setting) => import('./row.mjs').Row }} Planned */

/** @type {readonly { delay: number, targets: readonly string[], rows: readonly Planned[] }[]} */
export const settings = [
  {
    delay: 0,
    targets: ['1', '3', '5', '6', '8', '9', '10'],
    rows: [
      { target: '9', make: start },
      { target: '10', make: denials },
      { target: '10', make: denialsOfMessages },
      { target: '1', make: (setting) => xferOnLoopback(setting, false) },
      { target: '1', make: (setting) => xferOnLoopback(setting, true) },
      { target: '3', make: (setting) => prefetch(setting, { target: '3', parallel: 5, atMost: 1.5 }) },
      { target: '5', make: refresh },
      { target: '6', make: largeFile },
    ],
  },
  {
    delay: 20,
    targets: ['2', '4'],
    rows: [
      { target: '2', make: (setting) => xferOverDistance(setting, 5) },
      { target: '2', make: (setting) => xferOverDistance(setting, 16) },
      { target: '4', make: (setting) => prefetch(setting, { target: '4', parallel: 5, atMost: 0.8 }) },
      { target: '4', make: (setting) => prefetch(setting, { target: '4', parallel: 16, atMost: 1 }) },
    ],
  },
  {
    delay: 80,
    targets: ['4'],
    rows: [
      { target: '4', make: (setting) => prefetch(setting, { target: '4', parallel: 5, atMost: 0.8, isTls: true }) },
      { target: '4', make: (setting) => prefetch(setting, { target: '4', parallel: 16, atMost: 0.9, isTls: true }) },
    ],
  },
];

/**
 * Makes a repository, a server and a network, and takes them away again.
 *
 * @param {number} delay milliseconds each way
 * @param {(setting: Setting) => Promise<void>} use
 */
export async function within(delay, use) {
  // A file system in memory, where there is one: no disk is measured.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : '/tmp', 'sb-bench-'));
  chmodSync(folder, 0o755);
  const at = (/** @type {string} */ name) => join(folder, name);
  try {
    mkdirSync(at('scratch'));
    mkdirSync(at('work'));
    makeRepository(at('repository'), at('scratch'));
    const network = await makeNetwork(2 * delay, at('scratch'));
    const server = await startServer(network, at('repository'), at('scratch'));
    try {
      const place = new Place(at('place'));
      await use({ place, folder: at('work'), repository: at('repository'), server, client: network.client, delay });
    } finally {
      await server.close();
      network.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
