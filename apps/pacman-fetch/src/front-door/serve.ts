/**
 * The process that downloads for the front doors of one pacman, one file after the other. Its keeper, a program in C,
 * has started it with the arguments of the first one. It enforces every layer before it reports that it is ready, and
 * opens no file.
 */
import { url as inspectorUrl } from 'node:inspector';

import { refuseInspector } from '@sb/core';
import { isMissing } from '@sb/fetcher/in-this-process';
import { endNow } from '@sb/sandbox/end-now';

import { parseCommand } from '../arguments.js';
import { forgetNodeVariables } from '../node-variables.js';
import { type Confined, confineFor } from './confined.js';
import { FrontChannel, frontDescriptors } from './front-channel.js';
import { FrontSink } from './front-sink.js';
import { listFrom, readListed } from './listed.js';
import { isStarved } from './starved.js';
import { type FrontRequest, readRequest } from './wire.js';
import { withoutHost } from '../ui/without-host.js';

/** The program that is started in its place reports why it cannot be confined. */
async function confinedOrNot(): Promise<Confined | undefined> {
  try {
    const command = parseCommand(process.argv.slice(2));
    if (command.kind !== 'fetch') return undefined;
    const confined = await confineFor(command, frontDescriptors.count);
    return inspectorUrl() === undefined ? confined : undefined;
  } catch {
    return undefined;
  }
}

async function answer({ files }: Confined, channel: FrontChannel, request: FrontRequest): Promise<void> {
  const { url, maxBytes } = request;
  if (!files.isFor(url)) {
    channel.elsewhere();
    return;
  }
  const sink = new FrontSink(channel, maxBytes);
  const failure = await files.download(url, maxBytes, sink);
  sink.flush();
  if (failure === undefined) channel.end(sink.position);
  else if (!sink.hasStarted && isStarved(failure)) channel.leave(() => endNow(0));
  else channel.failed(withoutHost(failure.message, url.host), isMissing(failure) ? 'missing' : 'failed');
}

function serve(confined: Confined, channel: FrontChannel): void {
  let isBusy = false;
  channel.listen((line) => {
    const request = line === undefined ? undefined : readRequest(line);
    // A front door never sends two requests at once, nor any other text.
    if (isBusy || request === undefined) endNow(1);
    isBusy = true;
    void answer(confined, channel, request).finally(() => {
      isBusy = false;
    });
  });
  channel.ready(confined.disableTimeout);
  void listFrom(frontDescriptors.list).then((text) => confined.files.expect(readListed(text)));
}

async function begin(channel: FrontChannel): Promise<void> {
  const confined = await confinedOrNot();
  if (confined === undefined) channel.elsewhere();
  else serve(confined, channel);
}

// Other processes of this user may signal it, which would open Node's inspector to every local user.
refuseInspector();
forgetNodeVariables();
// It is built as a CommonJS module, which cannot await at its top level.
void begin(new FrontChannel(() => endNow(0)));
