import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { missing, runProgram, temporaryFolder } from '@sb/test-kit';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { format, formatIab, lastCapability, parse, parseIab } from '../../src/index.js';
import { maskOf, namesOf } from '../../src/names.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const seed = Math.floor(Math.random() * 2 ** 31);
const hex = (names: readonly string[]) => maskOf(names).toString(16);

/** Numbers in every form that strtoul might take, and the name of what has none. */
const numbers = ['08', '010', '0xd', '0', '00', '41', '63', '64', 'cap_41'];
/** What libcap reads and we refuse, as the README says. */
const leadingZero = /(?:^|[\s,!^%])0[\dx]/;
const namesNothing = /(?:^|,)[!^%]*(?:,|$)/;

describe.skipIf(missing('linux', 'libcap'))(`the text forms and libcap (seed ${seed})`, () => {
  const last = lastCapability();
  const mask = fc.bigInt({ min: 0n, max: (1n << BigInt(last + 1)) - 1n });
  // Also sets that are nearly full or nearly empty, as real ones are.
  const few = fc.uniqueArray(fc.integer({ min: 0, max: last }), { maxLength: 4 });
  const sparse = few.map((bits) => bits.reduce((all, bit) => all | (1n << BigInt(bit)), 0n));
  const dense = sparse.map((bits) => ((1n << BigInt(last + 1)) - 1n) & ~bits);
  const names = fc.oneof(mask, sparse, dense).map(namesOf);
  const sets = fc.record({ effective: names, permitted: names, inheritable: names });
  const vectors = fc.tuple(names, names, names).map(([inheritable, ambient, blocked]) => ({
    inheritable: namesOf(maskOf(inheritable) | maskOf(ambient)),
    ambient,
    blocked,
  }));

  const folder = temporaryFolder();
  const program = folder.file('libcap');
  beforeAll(async () => {
    const flags = ['-std=gnu11', '-O1', '-Wall', '-Wextra', '-Werror'];
    const { status, stderr } = await runProgram('gcc', [...flags, '-o', program, here('libcap.c'), '-l:libcap.so.2']);
    if (status !== 0 || stderr !== '') throw new Error(`the build failed: ${stderr}`);
    return () => folder[Symbol.dispose]();
  });

  /** Asks libcap many questions at once. */
  async function ask(questions: readonly string[]): Promise<readonly string[]> {
    const file = folder.file('questions');
    writeFileSync(file, `${questions.join('\n')}\n`);
    const { status, stdout, stderr } = await runProgram(program, [file]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const answers = stdout.split('\n').slice(0, -1);
    expect(answers.length).toBe(questions.length);
    return answers;
  }

  it('libcap reads what we write, as the same sets', async () => {
    const samples = fc.sample(sets, { seed, numRuns: 1000 });
    const answers = await ask(samples.map((sample) => `text ${format(sample)}`));
    expect(answers).toEqual(
      samples.map(({ effective, permitted, inheritable }) => [effective, permitted, inheritable].map(hex).join(' ')),
    );
  });

  it('we read what libcap writes, as the same sets', async () => {
    const samples = fc.sample(sets, { seed, numRuns: 1000 });
    const answers = await ask(
      samples.map(
        ({ effective, permitted, inheritable }) => `sets ${[effective, permitted, inheritable].map(hex).join(' ')}`,
      ),
    );
    expect(answers.map((text) => parse(text))).toEqual(samples);
  });

  it('we write IAB as libcap does, and read it as the same sets', async () => {
    const samples = fc.sample(vectors, { seed, numRuns: 1000 });
    const masks = samples.map(({ inheritable, ambient, blocked }) =>
      [inheritable, ambient, blocked].map(hex).join(' '),
    );
    const texts = samples.map(formatIab);
    expect(await ask(masks.map((triple) => `vectors ${triple}`))).toEqual(texts);
    expect(await ask(texts.map((text) => `iab ${text}`))).toEqual(masks);
    expect(texts.map(parseIab)).toEqual(samples);
  });

  it('libcap reads every text that the package accepts as the same sets', async () => {
    const piece = fc.constantFrom(
      'cap_chown',
      'CAP_KILL',
      '13',
      'all',
      'cap_net_raw,cap_chown',
      '',
      ',',
      '=',
      '+',
      '-',
      'e',
      'p',
      'i',
      'ep',
      'eip',
      ' ',
      '  ',
      'x',
      ...numbers,
      '\t',
      '\v',
      '\u00A0',
    );
    const texts = fc.sample(
      fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join('')),
      { seed, numRuns: 20_000 },
    );
    const ours = texts.map((text) => {
      try {
        const { effective, permitted, inheritable } = parse(text);
        return [effective, permitted, inheritable].map(hex).join(' ');
      } catch {
        return 'error';
      }
    });
    const theirs = await ask(texts.map((text) => `text ${text}`));
    const accepted = ours.flatMap((answer, index) =>
      answer === 'error' ? [] : [[texts[index], answer, theirs[index]]],
    );
    for (const [text, our, their] of accepted) expect([text, our]).toEqual([text, their]);
    expect(accepted.length).toBeGreaterThan(100);
    // And nothing that libcap reads is refused without a reason.
    const refused = ours.flatMap((answer, index) =>
      answer === 'error' && theirs[index] !== 'error' ? [texts[index] ?? ''] : [],
    );
    expect(refused.filter((text) => !leadingZero.test(text))).toEqual([]);
  });

  it('libcap reads every IAB that the package accepts as the same sets, up to the last capability', async () => {
    const piece = fc.constantFrom('cap_chown', 'CAP_KILL', '13', 'all', '!', '^', '%', ',', ',', ' ', 'x', ...numbers);
    const texts = fc.sample(
      fc.array(piece, { maxLength: 7 }).map((pieces) => pieces.join('')),
      { seed, numRuns: 20_000 },
    );
    const theirs = await ask(texts.map((text) => `iab ${text}`));
    // libcap ignores what the kernel hasn't got; we keep it, so that a text is the same after reading and writing.
    const present = (1n << BigInt(last + 1)) - 1n;
    const upToLast = (list: readonly string[]) => (maskOf(list) & present).toString(16);
    let accepted = 0;
    for (const [index, text] of texts.entries()) {
      let ours = 'error';
      try {
        const { inheritable, ambient, blocked } = parseIab(text);
        ours = [inheritable, ambient, blocked].map(upToLast).join(' ');
        accepted++;
      } catch {
        if (leadingZero.test(text) || namesNothing.test(text)) continue;
      }
      expect([text, ours]).toEqual([text, theirs[index]]);
    }
    expect(accepted).toBeGreaterThan(100);
  });
});
