import type { Work } from '../channel/messages.js';
import type { Connections } from '../http/connections.js';
import type { Abandonment } from './abandonment.js';
import type { Hosts } from './hosts.js';
import type { SlowSources } from './slow-sources.js';
import type { ParentChannel } from './parent-channel.js';

/** What all files of a worker share. */
export interface Tools {
  readonly work: Work;
  readonly connections: Connections;
  readonly hosts: Hosts;
  readonly slowSources: SlowSources;
  /** The way to the parent. */
  readonly channel: ParentChannel;
  readonly abandonment: Abandonment;
}
