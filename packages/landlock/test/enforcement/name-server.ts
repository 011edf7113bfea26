import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** A name server on UDP that answers every question with one address. */
export interface NameServer extends Disposable {
  /** How many questions came. */
  questions(): number;
}

/** The answer to a question (RFC 1035, 4.1): its header with QR and RA set and one answer, itself, and an A record. */
function answerTo(question: Buffer, address: readonly number[]): Buffer {
  // A name of labels ends with an empty one; type and class follow, four bytes.
  const end = question.indexOf(0, 12) + 1 + 4;
  const header = Buffer.from(question.subarray(0, 12));
  header.writeUInt16BE(0x8180, 2);
  for (const [index, count] of [1, 1, 0, 0].entries()) header.writeUInt16BE(count, 4 + 2 * index);
  // The name as a pointer to the question's, type A, class IN, a minute to live, four bytes.
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address]);
  return Buffer.concat([header, question.subarray(12, end), record]);
}

/**
 * Starts one.
 *
 * @param host - address to listen at, port 53
 * @param address - the four bytes that every name has
 */
export async function startNameServer(host: string, address: readonly number[]): Promise<NameServer> {
  const socket = createSocket('udp4');
  let questions = 0;
  socket.on('message', (question, { port, address: from }) => {
    questions++;
    socket.send(answerTo(question, address), port, from);
  });
  socket.bind(53, host);
  await once(socket, 'listening');
  return { questions: () => questions, [Symbol.dispose]: () => socket.close() };
}
