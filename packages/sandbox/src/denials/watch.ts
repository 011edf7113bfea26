import type { Socket } from 'node:net';

import { lateNet } from '../system/late.js';
import type { Explainer } from './explanation.js';
import type { Denial, Denials } from './denial.js';
import { type DenialLine, parseDenialLine } from './parse-line.js';

/** Longer than any line of a supervisor. */
const longestLine = 65_536;

/** Milliseconds that the rest of a report may take after the end of the program. */
const restTime = 5000;

/** More different denials than a supervisor reports. */
const mostDenials = 1024;

type Counted = { -readonly [Key in keyof Denial]: Denial[Key] };

/** Reads what a supervisor reports. */
export class DenialWatch implements Denials {
  readonly #explainer: Explainer;
  readonly #tell: (denial: Denial) => void;
  readonly #socket: Socket;
  readonly #byNumber = new Map<number, Counted>();
  readonly #waiting = new Set<() => void>();
  #rest = '';
  #isEnded = false;
  lost = 0;
  state: Denials['state'] = 'watching';
  readonly ended: Promise<void>;

  /**
   * @param input - the end of a pipe, which it closes
   * @param explainer - of the policy that is in force
   * @param tell - called for each new denial
   */
  constructor(input: number, explainer: Explainer, tell: (denial: Denial) => void) {
    this.#explainer = explainer;
    this.#tell = tell;
    const net = lateNet();
    this.#socket = new net.Socket({ fd: input, readable: true, writable: false });
    this.ended = new Promise((resolve) => {
      this.#socket.once('close', () => {
        this.state = this.#isEnded ? 'complete' : 'interrupted';
        this.#wake();
        resolve();
      });
    });
    // Its bytes are ASCII.
    this.#socket.setEncoding('latin1').on('data', (text: string) => this.#read(text));
    this.#socket.on('error', () => undefined);
  }

  get all(): readonly Denial[] {
    return structuredClone([...this.#byNumber.values()]);
  }

  /** The program has ended: the rest is not awaited for ever. */
  programEnded(): void {
    const timer = setTimeout(() => this.#socket.destroy(), restTime);
    void this.ended.then(() => clearTimeout(timer));
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Denial> {
    for (let next = 0; ; next++) {
      while (next >= this.#byNumber.size) {
        if (this.state !== 'watching') return;
        await new Promise<void>((resolve) => this.#waiting.add(resolve));
      }
      // A Map keeps the order in which they came.
      const denial = [...this.#byNumber.values()][next];
      if (denial !== undefined) yield { ...denial };
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#take(parseDenialLine(line));
    if (this.#rest.length > longestLine) this.#socket.destroy();
  }

  #take(line: DenialLine | undefined): void {
    if (line === undefined) {
      this.#socket.destroy();
      return;
    }
    if (line.kind === 'end') this.#isEnded = true;
    else if (line.kind === 'lost') this.lost = line.count;
    else if (line.kind === 'denial') this.#add(line);
    else {
      const denial = this.#byNumber.get(line.number);
      if (denial !== undefined) denial.count = line.count;
    }
  }

  #add({ number, denied }: Extract<DenialLine, { kind: 'denial' }>): void {
    if (this.#byNumber.has(number) || this.#byNumber.size >= mostDenials) return;
    const denial = { ...this.#explainer.explain(denied, new Date()), count: 1 };
    this.#byNumber.set(number, denial);
    this.#tell({ ...denial });
    this.#wake();
  }
}
