import type { DownloadRequest } from '@sb/fetcher';

import type { SigLevel } from '../config/sig-level.js';
import { signatureFormats } from './formats.js';

/**
 * Whether a signature is downloaded, by the SigLevel of a repository. pacman verifies it when it uses the file.
 *
 * @param kind - what is signed
 */
export function signatureOf(level: SigLevel, kind: keyof SigLevel): Pick<DownloadRequest, 'signature'> {
  const word = level[kind].check?.word;
  if (word === 'Never') return {};
  return { signature: { magic: signatureFormats, optional: word !== 'Required' } };
}
