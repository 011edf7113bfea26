import type { Work } from '../channel/messages.js';
import { hostKey } from '../values/host-key.js';
import type { Connections } from '../http/connections.js';
import { request } from '../http/request.js';
import { Deadline } from '../source/deadline.js';
import type { Stop } from '../values/stop.js';

/** What requests need. */
interface Asking {
  readonly work: Pick<Work, 'ports' | 'userAgent' | 'limits'>;
  readonly connections: Connections;
}

/** The first bytes of a file that are compared. */
const compared = 4096;

/** The most hosts that are asked, besides the one that has sent a wrong file. */
const maxHosts = 4;

/** Milliseconds that all hosts have together: as long as a source has for its answer. Other files wait less. */
const surveyTime = 1000;

/** Bytes of a file from which its first bytes are worth a request to each host. */
export const worthSurvey = 64 * 1024;

/**
 * Compares the first bytes of a file on several hosts after one has sent a wrong file. Hosts that differ from most
 * others are asked later, so that they do not send a wrong file as well. The result changes only their order.
 */
export class Survey {
  readonly #tools: Asking;

  constructor(tools: Asking) {
    this.#tools = tools;
  }

  /**
   * Returns those that differ from most.
   *
   * @param wrong - the source of the wrong file
   * @param others - other sources of it
   */
  async odd(wrong: URL, others: readonly URL[]): Promise<readonly URL[]> {
    const hosts = new Map<string, URL>();
    for (const url of [wrong, ...others]) {
      if (url.protocol !== 'file:' && !hosts.has(hostKey(url)) && hosts.size <= maxHosts) hosts.set(hostKey(url), url);
    }
    // A third one is needed to tell which of two is odd.
    if (hosts.size < 3) return [];
    using stop = new Deadline(surveyTime);
    const answers = await Promise.all(
      [...hosts.values()].map(async (url) => ({ url, bytes: await this.#firstBytes(url, stop).catch(() => null) })),
    );
    return oddOnes(answers, wrong);
  }

  async #firstBytes(url: URL, stop: Stop): Promise<string | null> {
    const { work, connections } = this.#tools;
    const { ports, userAgent, limits } = work;
    const range = { range: `bytes=0-${compared - 1}`, 'accept-encoding': 'identity' };
    const headers = { 'user-agent': userAgent, accept: '*/*', ...range };
    const response = await request(url, { headers, stop, maxRedirects: limits.maxRedirects, ports, connections });
    if (response.status !== 200 && response.status !== 206) {
      response.body.discard();
      return null;
    }
    const chunks: Uint8Array[] = [];
    let missing = compared;
    // A server without ranges sends the whole file, which is ended here.
    await response.body
      .each((chunk) => {
        chunks.push(chunk.subarray(0, missing));
        missing -= Math.min(missing, chunk.length);
        if (missing === 0) response.body.discard();
        return undefined;
      })
      .catch(() => undefined);
    return missing > 0 ? null : Buffer.concat(chunks).toString('latin1');
  }
}

/** What a host has sent; null: nothing. */
interface Answer {
  readonly url: URL;
  readonly bytes: string | null;
}

/**
 * Returns the hosts that differ from most others; none if it is not clear what most of them have.
 *
 * @param wrong - the source that has sent a wrong file: if as many agree with it as with another, it does not count
 */
export function oddOnes(answers: readonly Answer[], wrong: URL): readonly URL[] {
  const groups = new Map<string, URL[]>();
  for (const { url, bytes } of answers) if (bytes !== null) groups.set(bytes, [...(groups.get(bytes) ?? []), url]);
  const weight = (urls: readonly URL[] | undefined): number =>
    urls === undefined ? 0 : urls.length - (urls.includes(wrong) ? 0.5 : 0);
  const [most, next] = [...groups.values()].sort((one, other) => weight(other) - weight(one));
  if (most === undefined || most.length < 2 || weight(most) === weight(next)) return [];
  return [...groups.values()].flat().filter((url) => url !== wrong && !most.includes(url));
}
