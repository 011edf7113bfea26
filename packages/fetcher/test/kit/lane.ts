import { exchange } from '../../src/http/exchange.js';
import { Lanes } from '../../src/http/lanes.js';
import { Stop } from '../../src/values/stop.js';
import { type Answer, type RawServer, rawServer, response } from './server.js';

/** A server, and connections to it on which requests may wait. */
export interface LaneKit extends AsyncDisposable {
  readonly server: RawServer;
  readonly lanes: Lanes;
  /** Requests a file, and returns its status and body, or why it has none. */
  readonly get: (name: string, options?: { readonly bytes?: number; readonly stop?: Stop }) => Promise<string>;
  /** When the requests began to wait, and when their turn came. */
  readonly turns: readonly string[];
}

/**
 * Starts a server of files with four bytes.
 *
 * @param near - milliseconds of an answer in which the server is a near one
 * @param connections - to it, at most
 */
export async function laneTo(answer: Answer, near = 0, connections = 1): Promise<LaneKit> {
  const server = await rawServer(answer);
  const lanes = new Lanes(server.origin, { connections, onRoom: () => {}, near });
  const turns: string[] = [];
  const get: LaneKit['get'] = async (name, { bytes = 4, stop = new Stop() } = {}) => {
    const onTurn = (isTurn: boolean): void => void turns.push(`${name} ${isTurn ? 'begins' : 'waits'}`);
    const question = { origin: server.origin, path: `/${name}`, method: 'GET', headers: {}, blocking: false } as const;
    try {
      const { status, body } = await exchange(lanes, { ...question, ahead: { bytes, onTurn } }, stop);
      const chunks: Uint8Array[] = [];
      await body.each((chunk) => void chunks.push(Buffer.from(chunk)));
      return `${status} ${Buffer.concat(chunks).toString()}`;
    } catch (error) {
      return String(error);
    }
  };
  return { server, lanes, get, turns, [Symbol.asyncDispose]: async () => await server[Symbol.asyncDispose]() };
}

/** The name that a request asks for. */
export const nameOf = (head: string): string => head.slice('GET /'.length, head.indexOf(' HTTP'));

/** What a file has in it. */
const bodyOf = (name: string): string => name.padEnd(4, '.');

/** The right answer to a request. */
export const answerTo = (head: string, fields: Readonly<Record<string, string>> = {}): string =>
  response('200 OK', { 'content-length': 4, ...fields }, bodyOf(nameOf(head)));

/** The names that a server was asked for. */
export const seen = ({ requests }: RawServer): readonly string[] => requests.map(nameOf);

/** What `get` returns for files that are right. */
export const names = (...all: readonly string[]): readonly string[] => all.map((name) => `200 ${bodyOf(name)}`);
