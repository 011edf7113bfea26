import { FetchError } from '../errors.js';
import { originText } from './place.js';
import type { SandboxSettings } from './sandbox-settings.js';

/** Layers that the download of one file doesn't have yet, with what the configuration calls them. */
const missingLayers = { filesystem: 'SandboxFilesystem', syscalls: 'SandboxSyscalls' } as const;

/**
 * The download of one file has a user of its own and no other layer: where one is required it has to refuse.
 *
 * @throws FetchError `sandbox`
 */
export function requireNoOther({ levels }: SandboxSettings): void {
  for (const layer of ['filesystem', 'syscalls'] as const) {
    const { word, origin } = levels[layer];
    if (word !== 'require') continue;
    throw new FetchError(
      'sandbox',
      `${missingLayers[layer]} = require (${originText(origin)}) can't be had with -o yet`,
      `Write "${missingLayers[layer]} = prefer" into pacman.d/pacman-fetch.conf.`,
    );
  }
}
