/**
 * The process that downloads. It is confined before its first byte of JavaScript. It reads from its parent what to
 * download, sends the bytes there, and ends when its parent does. It cannot write to any file, by name or by
 * descriptor.
 */
import { url as inspectorUrl } from 'node:inspector';

import { refuseInspector } from '@sb/core';

import { workerDescriptors } from '../channel/messages.js';
import { Abandonment } from './abandonment.js';
import { connectionsOf } from '../http/trusted-connections.js';
import { downloadFile } from './file.js';
import { Hosts } from './hosts.js';
import { Pace } from './pace.js';
import { ParentChannel } from './parent-channel.js';
import { Starts } from './starts.js';
import { Survey } from './survey.js';
import { trialsFirst } from './trials-first.js';
import { Trust } from './trust.js';
import { Verdicts } from './verdicts.js';

async function main(): Promise<void> {
  const channel = new ParentChannel();
  const abandonment = new Abandonment();
  const trust = new Trust();
  const work = await channel.listen((order) => {
    if ('abandon' in order) abandonment.abandon(order.abandon);
    else verdicts.judge(order.judged, order.isRight);
  });
  const { limits, hosts, parallel, proxies } = work;
  const { connectTimeout } = limits;
  const certificates = work.hasCertificates ? workerDescriptors.certificates : undefined;
  using pace = new Pace({ ...limits, isHeld: () => channel.isBusy }, hosts.bestRate, hosts.slow);
  const onRoom = (): void => starts.wake();
  const connections = connectionsOf({ connectTimeout, parallel, proxies, onRoom }, certificates);
  const verdicts = new Verdicts(channel, trust, new Survey({ work, connections }));
  const tools = {
    work,
    connections,
    hosts: new Hosts(limits.hostErrors, hosts.errors),
    pace,
    trust,
    verdicts,
    channel,
    abandonment,
    waiting: new Set<number>(),
  };
  const starts = new Starts(tools);
  await starts.run(trialsFirst(work.files, parallel), async (file, wanted) => await downloadFile(tools, file, wanted));
  channel.end();
}

// Other processes of this process's user may signal it. SIGUSR1 would open Node's inspector to every local user.
refuseInspector();
if (inspectorUrl() !== undefined) throw new Error('somebody has opened the inspector of this process');
// Unless it says that it is done.
process.exitCode = 1;
void main();
