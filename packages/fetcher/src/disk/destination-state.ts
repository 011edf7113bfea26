import type { Folder } from '@sb/files';

/**
 * The state of a file.
 *
 * - `new`: this process created it, so it is removed if no byte arrives.
 * - `resumed`: it existed.
 * - `sealed`: this process cannot look up, rename or remove names any more. The file can still be completed in place.
 * - `whole`: it has its final name, and is closed.
 * - `left`: it is closed without its final name.
 */
export type DestinationState = 'new' | 'resumed' | 'sealed' | 'whole' | 'left';

/** Under which name a file is written, and who may finally read it. */
export interface Naming {
  readonly nameIn: (folder: Folder, finalName: string) => string;
  readonly isForAll: boolean;
}
