import { hostKey } from '../values/host-key.js';
import type { Tools } from './tools.js';

/** The sources of one file that have not failed and are not asked, and which of them is best. */
export class Candidates {
  readonly #tools: Pick<Tools, 'hosts' | 'pace' | 'trust'>;
  readonly #urls: readonly URL[];
  readonly #left: Set<number>;
  readonly #withdrawn = new Set<number>();

  constructor(tools: Pick<Tools, 'hosts' | 'pace' | 'trust'>, urls: readonly URL[]) {
    this.#tools = tools;
    this.#urls = urls;
    this.#left = new Set(urls.keys());
  }

  url(source: number): URL {
    const url = this.#urls[source];
    if (url === undefined) throw new RangeError(`there is no source ${source}`);
    return url;
  }

  /** How many are left. */
  get size(): number {
    return this.#left.size;
  }

  /** Whether one is left that nobody has let go of. */
  get hasFresh(): boolean {
    return [...this.#left].some((source) => !this.#withdrawn.has(source));
  }

  /** Whether one is left of a host that has not lied. */
  get hasHonest(): boolean {
    return [...this.#left].some((source) => !this.#tools.trust.isLiar(this.url(source)));
  }

  /** A source is asked, or has failed. */
  take(source: number): void {
    this.#left.delete(source);
  }

  /** A source is let go of: it is asked again where no other one is left. */
  withdraw(source: number): void {
    this.#withdrawn.add(source);
  }

  isWithdrawn(source: number): boolean {
    return this.#withdrawn.has(source);
  }

  /** A source that was let go of is asked no longer. */
  giveBack(source: number): void {
    this.#withdrawn.add(source);
    this.#left.add(source);
  }

  /**
   * The one to ask next. Those that were let go of come last, before them those of hosts that have lied, before them slow ones.
   *
   * @param running - what is asked already
   */
  best(running: readonly URL[]): number | undefined {
    const hosts = new Set(running.map(hostKey));
    const fitting = [...this.#left].filter((source) => running.length === 0 || this.#mayJoin(source, hosts));
    return fitting.sort((one, other) => this.#rank(one) - this.#rank(other) || one - other)[0];
  }

  /** Whether a source is worth asking beside others: of another host, and no worse itself. */
  #mayJoin(source: number, hosts: ReadonlySet<string>): boolean {
    const url = this.url(source);
    const isFit = this.#rank(source) === 0 && url.protocol !== 'file:' && !hosts.has(hostKey(url));
    return isFit && !this.#tools.hosts.isSkipped(url, false);
  }

  #rank(source: number): number {
    const url = this.url(source);
    if (this.#withdrawn.has(source)) return 3;
    return this.#tools.trust.isLiar(url) ? 2 : Number(this.#tools.pace.isBehind(url));
  }
}
