import { walkOptions } from '@sb/test-kit';
import { expect, it } from 'vitest';

import { fromConfig } from './config.js';
import { extrasReader, optionsReader } from './documents.js';
import type { LandlockOptions } from './options.js';
import { policy } from './policy.js';

const log = { sameExec: false, newExec: true, subdomains: false };

const everything = {
  abi: 12,
  paths: [
    {
      paths: ['/srv', Buffer.from('/etc')],
      rights: ['read_file'],
      exact: true,
      optional: true,
      refer: true,
      quiet: true,
      file: true,
    },
    { paths: ['/bin/sh'], rights: ['read_file'], file: { device: '1', inode: '2' } },
  ],
  handle: ['read_file', 'refer', 'unsafe_unknown_bit_30'],
  net: { connectTcp: [443], bindTcp: [80], connectSendUdp: [53], bindUdp: [0], unsafe_unknown_bit_30: [1] },
  scope: ['signal'],
  require: ['fs.read_file', 'net'],
  log,
} as unknown as LandlockOptions;

it('every option is read: no typo, undefined, null, inherited key, other kind or endless value passes', () => {
  const take = (value: unknown): unknown => policy(value as LandlockOptions);
  const walk = walkOptions({ reader: optionsReader, samples: [everything], take });
  expect(walk.faults).toEqual([]);
  expect(walk.tried).toBeGreaterThan(100);
});

it('every extra of a landlockconfig document is read', () => {
  const extras = { require: ['fs'], log, optional: true, newerAbi: true };
  const config = { abi: 7, ruleset: [{ handledAccessFs: ['read_file'] }] };
  const take = (value: unknown): unknown => fromConfig(config, value as object);
  const walk = walkOptions({ reader: extrasReader, samples: [extras], take, root: 'extras' });
  expect(walk.faults).toEqual([]);
});
