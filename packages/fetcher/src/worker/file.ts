import type { WorkerFile } from '../channel/messages.js';
import { ChannelSink } from './channel-sink.js';
import { Contest } from './contest.js';
import { Deadline } from '../source/deadline.js';
import { downloadSignature } from './signature.js';
import { Stop } from '../values/stop.js';
import type { Tools } from './tools.js';

/** Asks the sources of one file until one has it, and then requests its signature. */
export async function downloadFile(tools: Tools, file: number, wanted: WorkerFile): Promise<void> {
  const { work, channel, abandonment, waiting } = tools;
  const sink = new ChannelSink(channel, {
    file,
    of: 'file',
    maxBytes: wanted.maxBytes,
    position: wanted.resume?.length ?? 0,
  });
  using timer = new Deadline(work.limits.timeout, wanted.spent);
  using deadline = new Stop(timer, abandonment.of(file));
  const onTurn = (isTurn: boolean): void => {
    timer.turn(isTurn);
    if (isTurn) waiting.delete(file);
    else waiting.add(file);
  };
  using contest = new Contest(tools, { file, wanted, sink, deadline, onTurn });
  const found = await contest.run();
  if (found !== undefined) await downloadSignature(tools, { file, wanted, ...found, deadline, onTurn });
  waiting.delete(file);
}
