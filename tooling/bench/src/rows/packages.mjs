// Targets 1 to 4: a transaction of 150 packages, by each way that brings them.
// @ts-check
import { join } from 'node:path';

import { packages } from '../repository.mjs';

/** @typedef {import('../row.mjs').Row} Row */
/** @typedef {import('../row.mjs').Setting} Setting */

/**
 * `pacman -Sw` by an XferCommand.
 *
 * @param {Setting} setting
 * @param {boolean} isUser whether pacman starts it as its DownloadUser
 * @returns {Row}
 */
export function xferOnLoopback(setting, isUser) {
  const way = transactions(setting, setting.server.http);
  return {
    target: '1',
    work: `pacman -Sw by XferCommand, loopback, ${isUser ? 'as DownloadUser' : 'as root'}`,
    ways: [
      way('pacman-fetch', { xfer: `${setting.place.pacmanFetch} --config CONF -o %o %u`, isUser }),
      way('curl', { xfer: '/usr/bin/curl -sfLo %o %u', isUser }),
      way('wget', { xfer: '/usr/bin/wget -qO %o %u', isUser }),
    ],
    limits: [
      { of: 'curl', atMost: 0.4 },
      { of: 'wget', atMost: 0.7 },
    ],
  };
}

/**
 * @param {Setting} setting
 * @param {number} parallel
 * @returns {Row}
 */
export function xferOverDistance(setting, parallel) {
  const way = transactions(setting, setting.server.http);
  return {
    target: '2',
    work: `pacman -Sw by XferCommand, ${setting.delay} ms each way, ${parallel} at once`,
    ways: [
      way('pacman-fetch', { xfer: `${setting.place.pacmanFetch} --config CONF -o %o %u`, parallel }),
      way("pacman's own", { parallel }),
    ],
    limits: [{ of: "pacman's own", atMost: 1.2 }],
  };
}

/**
 * @param {Setting} setting
 * @param {{ readonly target: string, readonly parallel: number, readonly atMost: number, readonly isTls?: boolean }} options
 * @returns {Row}
 */
export function prefetch(setting, { target, parallel, atMost, isTls = false }) {
  const { place, server, delay, client } = setting;
  const url = isTls ? server.https : server.http;
  const way = transactions(setting, url);
  const config = place.configure({ name: `prefetch-${parallel}.conf`, server: url, parallel });
  const trusted = isTls ? ['--cacert', server.authority] : [];
  const where = delay === 0 ? 'loopback' : `${delay} ms each way, ${isTls ? 'https' : 'http'}, ${parallel} at once`;
  const own = way("pacman's own", { parallel });
  const command = [...client, place.pacmanFetch, 'prefetch', '--quiet', ...trusted, '--config', config, ...packages];
  return {
    target,
    work: `pacman-fetch prefetch, ${where}`,
    ways: [{ ...own, name: 'pacman-fetch', command }, isTls ? trusting(own, setting) : own],
    limits: [{ of: "pacman's own", atMost }],
  };
}

/**
 * @param {Setting} setting
 * @param {string} url
 * @returns {(name: string, options: Omit<import('../place.mjs').Configuration, 'name' | 'server'>) => import('../compare.mjs').Way}
 */
function transactions({ place, repository, client }, url) {
  return (name, { xfer, ...options }) => {
    const file = `${name.replaceAll(/\W/g, '-')}-${options.parallel ?? 5}-${options.isUser ?? false}.conf`;
    const known = place.configure({ name: file, server: url });
    const given = xfer?.replace('CONF', known);
    const config = place.configure({
      name: file,
      server: url,
      ...options,
      ...(given === undefined ? {} : { xfer: given }),
    });
    return {
      name,
      command: [...client, 'pacman', '--config', config, '--noconfirm', '-Sw', ...packages],
      before: () => place.clear(repository),
      after: () => place.requireAll(),
    };
  };
}

/**
 * The same, where the certificate of the bench is the system's: libcurl has no option of pacman's for it.
 *
 * @param {import('../compare.mjs').Way} way
 * @param {Setting} setting
 * @returns {import('../compare.mjs').Way}
 */
function trusting(way, { server, client }) {
  const bundle = join('/etc/ssl/certs', 'ca-certificates.crt');
  const script = `mount --bind ${server.authority} ${bundle} && exec "$@"`;
  const command = ['unshare', '--mount', 'sh', '-c', script, 'sh', ...way.command.slice(client.length)];
  return { ...way, command: [...client, ...command] };
}
