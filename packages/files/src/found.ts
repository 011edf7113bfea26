import type { ByteText } from './byte-text.js';

/** What lies at a path. */
export type Found =
  | { readonly kind: 'directory' }
  | { readonly kind: 'link'; readonly target: ByteText }
  /** `id` tells it from every other one, and `links` how many names it has. */
  | { readonly kind: 'file' | 'other'; readonly id: string; readonly links: bigint }
  /** An ordinary user serves it (FUSE), and may never answer: root did not look. */
  | { readonly kind: 'served' };
