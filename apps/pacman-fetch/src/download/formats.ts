import type { Magic } from '@sb/fetcher';

/**
 * The formats of a database: an archive in any compression that libarchive reads (libarchive-formats(5)), or a plain
 * tar, with or without entries.
 */
export const databaseFormats: readonly Magic[] = [
  { bytes: '1f8b' },
  { bytes: '28b52ffd' },
  { bytes: 'fd377a585a00' },
  { bytes: '425a68' },
  { bytes: '04224d18' },
  { bytes: '5d0000' },
  { bytes: '4c5a4950' },
  { bytes: '4c525a49' },
  { bytes: '894c5a4f' },
  { bytes: '1f9d' },
  { bytes: Buffer.from('ustar').toString('hex'), offset: 257 },
  { bytes: '00'.repeat(16) },
];

/** How a detached signature may begin: a signature packet (RFC 9580, 4.2), or the same in armor (6.2). */
export const signatureFormats: readonly Magic[] = [
  { bytes: '88' },
  { bytes: '89' },
  { bytes: '8a' },
  { bytes: '8b' },
  { bytes: 'c2' },
  { bytes: Buffer.from('-----BEGIN PGP').toString('hex') },
];
