import { devices, programs, sink } from './places.js';
import type { Profile } from './profile.js';

/** What converters read in addition to their input: fonts, delegates, the number of processors. */
const settings = [
  '/etc/alternatives',
  '/etc/fonts',
  '/etc/ImageMagick-6',
  '/etc/ImageMagick-7',
  '/etc/ld.so.cache',
  // Without it Node does not start.
  '/etc/ssl/openssl.cnf',
  '/etc/pki/tls/openssl.cnf',
  '/etc/localtime',
  '/etc/mime.types',
  '/etc/magic',
  '/proc/cpuinfo',
  '/proc/meminfo',
  '/proc/filesystems',
  '/sys/devices/system/cpu',
  '/var/cache/fontconfig',
] as const;

/** Converts a file. The author of the input may have made it for a vulnerability of the converter. */
export const convert: Profile = {
  about:
    'reads programs; reads and writes only what options name; no network; 4 GiB of memory, 10 minutes of processor',
  preset: 'none',
  paths: [programs, { access: 'ro', paths: settings }, sink, devices],
  program: true,
  tmp: 'rw',
  home: 'tmp',
  connectTcp: [],
  bindTcp: [],
  internet: 'with-ports',
  rlimits: { data: 4 * 2 ** 30, fsize: 4 * 2 ** 30, cpu: 600, nofile: 256 },
};
