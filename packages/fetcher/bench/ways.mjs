// The programs that are compared, each with five downloads at once where it can.
// @ts-check
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Downloads at once. */
export const parallel = 5;

/**
 * @typedef {object} Job
 * @property {readonly string[]} urls
 * @property {string} folder where the files go
 * @property {string} scratch for lists of files
 */

/** @typedef {{ name: string, program: string, command: (job: Job) => readonly string[] }} Way */

/** @param {string} url */
const nameOf = (url) => url.slice(url.lastIndexOf('/') + 1);

/** @param {string} script */
const own =
  (script) =>
  (/** @type {Job} */ { urls, folder, scratch }) => {
    const list = join(scratch, 'list.json');
    writeFileSync(list, JSON.stringify({ urls, folder, parallel }));
    return [process.execPath, fileURLToPath(new URL(script, import.meta.url)), list];
  };

/** @type {readonly Way[]} */
const all = [
  { name: 'ours', program: process.execPath, command: own('ours.mjs') },
  { name: 'plain undici', program: process.execPath, command: own('plain.mjs') },
  {
    name: 'curl',
    program: '/usr/bin/curl',
    command: ({ urls, folder, scratch }) => {
      const config = join(scratch, 'curl.conf');
      writeFileSync(config, urls.map((url) => `url=${url}\noutput=${join(folder, nameOf(url))}\n`).join(''));
      const options = ['--silent', '--show-error', '--fail', '--parallel', '--parallel-max', String(parallel)];
      return ['curl', '--disable', ...options, '--config', config];
    },
  },
  {
    name: 'aria2c',
    program: '/usr/bin/aria2c',
    command: ({ urls, folder, scratch }) => {
      const list = join(scratch, 'aria2.list');
      writeFileSync(list, urls.join('\n'));
      const options = ['--no-conf', '--quiet', '--file-allocation=none', '--split=1', '--max-connection-per-server=5'];
      return [
        'aria2c',
        ...options,
        `--max-concurrent-downloads=${parallel}`,
        `--dir=${folder}`,
        `--input-file=${list}`,
      ];
    },
  },
  {
    // One after the other: it has no other way.
    name: 'wget',
    program: '/usr/bin/wget',
    command: ({ urls, folder, scratch }) => {
      const list = join(scratch, 'wget.list');
      writeFileSync(list, urls.join('\n'));
      return ['wget', '--no-config', '--quiet', `--directory-prefix=${folder}`, `--input-file=${list}`];
    },
  },
];

export const ways = all.filter(({ program }) => existsSync(program));
export const absent = all.filter((way) => !ways.includes(way)).map(({ name }) => name);
