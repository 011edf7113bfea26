/**
 * The process that downloads. It is confined before its first byte of JavaScript, reads what to download from its
 * parent, sends it there, and ends when its parent does. It can write to no file, by name or by descriptor.
 */
import { url as inspectorUrl } from 'node:inspector';

import { refuseInspector } from '@sb/core';

import { workerDescriptors } from '../channel/messages.js';
import { Abandonment } from './abandonment.js';
import { connectionsOf } from '../http/trusted-connections.js';
import { downloadFile } from './file.js';
import { Hosts } from './hosts.js';
import { SlowSources } from './slow-sources.js';
import { ParentChannel } from './parent-channel.js';

async function main(): Promise<void> {
  const channel = new ParentChannel();
  const abandonment = new Abandonment();
  const work = await channel.listen(({ abandon }) => abandonment.abandon(abandon));
  const { limits, hosts, parallel, proxies } = work;
  const { connectTimeout } = limits;
  const certificates = work.hasCertificates ? workerDescriptors.certificates : undefined;
  using slowSources = new SlowSources({ ...limits, isHeld: () => channel.isBusy }, hosts.bestRate, hosts.slow);
  const tools = {
    work,
    connections: connectionsOf({ connectTimeout, parallel, proxies }, certificates),
    hosts: new Hosts(limits.hostErrors, hosts.errors),
    slowSources,
    channel,
    abandonment,
  };
  const waiting = work.files.entries();
  const lane = async (): Promise<void> => {
    for (const [file, wanted] of waiting) await downloadFile(tools, file, wanted);
  };
  await Promise.all(Array.from({ length: parallel }, lane));
  channel.end();
}

// Others of this process's user may signal it, and would open Node's inspector to every local user.
refuseInspector();
if (inspectorUrl() !== undefined) throw new Error('somebody has opened the inspector of this process');
await main();
