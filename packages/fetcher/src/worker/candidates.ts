import { hostKey } from '../values/host-key.js';
import type { Tools } from './tools.js';

/** The sources of one file that have not failed and are not being asked, and the choice of the best. */
export class Candidates {
  readonly #tools: Pick<Tools, 'hosts' | 'pace' | 'trust'>;
  readonly #urls: readonly URL[];
  readonly #left: Set<number>;
  readonly #withdrawn = new Set<number>();

  constructor(tools: Pick<Tools, 'hosts' | 'pace' | 'trust'>, sources: readonly string[]) {
    this.#tools = tools;
    this.#urls = sources.map((source) => new URL(source));
    this.#left = new Set(sources.keys());
  }

  url(source: number): URL {
    const url = this.#urls[source];
    if (url === undefined) throw new RangeError(`source ${source} does not exist`);
    return url;
  }

  /** The number of remaining sources. */
  get size(): number {
    return this.#left.size;
  }

  /** The remaining sources. */
  get urls(): readonly URL[] {
    return [...this.#left].map((source) => this.url(source));
  }

  /** Whether a source is left that was not abandoned. */
  get hasFresh(): boolean {
    return [...this.#left].some((source) => !this.#withdrawn.has(source));
  }

  /** Whether a source is left whose host has not lied. */
  get hasHonest(): boolean {
    return [...this.#left].some((source) => !this.#tools.trust.isLiar(this.url(source)));
  }

  /** Whether a source is left that has another host than a URL. */
  hasOtherHost(url: URL): boolean {
    const host = hostKey(url);
    return [...this.#left].some((source) => hostKey(this.url(source)) !== host);
  }

  /** Removes a source that is being asked, or has failed. */
  take(source: number): void {
    this.#left.delete(source);
  }

  /** Abandons a source: it is asked again only if no other one is left. */
  withdraw(source: number): void {
    this.#withdrawn.add(source);
  }

  isWithdrawn(source: number): boolean {
    return this.#withdrawn.has(source);
  }

  /** Adds a source that was being asked, and has not failed. */
  restore(source: number): void {
    this.#left.add(source);
  }

  /** Adds a source that was abandoned. */
  giveBack(source: number): void {
    this.#withdrawn.add(source);
    this.#left.add(source);
  }

  /**
   * Returns the source to ask next. Abandoned ones come last, before these those of lying hosts, those of doubtful
   * ones, and slow ones.
   *
   * @param running - the sources that are being asked
   */
  best(running: readonly URL[]): number | undefined {
    const hosts = new Set(running.map(hostKey));
    const fitting = [...this.#left].filter((source) => running.length === 0 || this.#mayJoin(source, hosts));
    return fitting.sort((one, other) => this.#rank(one) - this.#rank(other) || one - other)[0];
  }

  /** Whether a source is worth asking in addition to others: it must have another host, and must not be worse. */
  #mayJoin(source: number, hosts: ReadonlySet<string>): boolean {
    const url = this.url(source);
    const isFit = this.#rank(source) === 0 && url.protocol !== 'file:' && !hosts.has(hostKey(url));
    return isFit && !this.#tools.hosts.isSkipped(url, false);
  }

  #rank(source: number): number {
    const url = this.url(source);
    if (this.#withdrawn.has(source)) return 4;
    if (this.#tools.trust.isLiar(url)) return 3;
    return this.#tools.trust.isDoubtful(url) ? 2 : Number(this.#tools.pace.isBehind(url));
  }
}
