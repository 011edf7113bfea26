import type { Frame, Work } from '../channel.js';
import type { Connections } from '../transfer/connections.js';
import type { Hosts } from './hosts.js';
import type { Pace } from './pace.js';

/** What all files of a worker share. */
export interface Tools {
  readonly work: Work;
  readonly connections: Connections;
  readonly hosts: Hosts;
  readonly pace: Pace;
  /** Tells the parent. */
  readonly say: (frame: Frame) => void;
  /** Whether frames pile up, since the parent doesn't read. */
  readonly isBusy: () => boolean;
}
