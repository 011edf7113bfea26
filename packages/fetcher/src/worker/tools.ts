import type { Work } from '../channel/messages.js';
import type { Connections } from '../http/connections.js';
import type { Abandonment } from './abandonment.js';
import type { Hosts } from './hosts.js';
import type { Pace } from './pace.js';
import type { ParentChannel } from './parent-channel.js';
import type { Trust } from './trust.js';
import type { Verdicts } from './verdicts.js';

/** State that all files of a worker share. */
export interface Tools {
  readonly work: Work;
  readonly connections: Connections;
  readonly hosts: Hosts;
  readonly pace: Pace;
  readonly trust: Trust;
  readonly verdicts: Verdicts;
  /** The channel to the parent. */
  readonly channel: ParentChannel;
  readonly abandonment: Abandonment;
  /** The files of which nothing is asked but what waits for the answers to others. */
  readonly waiting: Set<number>;
}
