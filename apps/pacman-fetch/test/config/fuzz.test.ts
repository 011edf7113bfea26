import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';

import { fewOrMany, missing, temporaryFolder } from '@sb/test-kit';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';

import { listing } from '../../src/commands/conf-listing.js';
import { loadConfiguration } from '../../src/config/configuration.js';
import { ConfigError } from '../../src/config/problem.js';
import { runFetch } from '../kit/fetch-program.js';
import { bodies, included } from '../pacman/conf-files.js';

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());
mkdirSync(folder.file('pacman.d'));

const config = folder.file('pacman.conf');
const own = folder.file('pacman.d', 'pacman-fetch.conf');

/** Milliseconds of fuzzing a target; more by the environment, for a night. */
const time = Number(process.env['SB_FUZZ_SECONDS'] ?? fewOrMany(1, 6)) * 1000;

/** The longest that one configuration may take, in milliseconds, on a busy machine. */
const patience = 5000;

/** Reads both files. Whatever is in them, it ends soon, and with a configuration or with a list of mistakes. */
async function outcomeOf(theirs: Uint8Array, ours: Uint8Array): Promise<'read' | 'refused' | 'too slow'> {
  writeFileSync(config, theirs);
  writeFileSync(own, ours);
  const start = performance.now();
  const outcome = await loadConfiguration({ config }).then(
    (configuration) => (listing(configuration, true), 'read' as const),
    (error: unknown) => {
      if (!(error instanceof ConfigError) || error.problems.length === 0) throw error;
      return 'refused' as const;
    },
  );
  return performance.now() - start < patience ? outcome : 'too slow';
}

const good = /^(read|refused)$/;

const ownBody = Buffer.from(
  [
    '[options]',
    'UseSandbox = yes',
    'SandboxUser = nobody',
    'SandboxFilesystem = off',
    'SandboxReadable = /srv /opt',
    'SandboxPorts = 21 any',
    'SandboxDenySyscalls = ptrace @mount',
    'XferCommand = /usr/bin/curl -fLo %o "%u" %u',
    '',
  ].join('\n'),
);

/** An Include leads into the test's own folder only: what is elsewhere is no business of a fuzzer. */
function tame(bytes: Uint8Array): Buffer {
  const text = Buffer.from(bytes).toString('latin1');
  return Buffer.from(text.replaceAll(/Include([^\S\n]*)=[^\S\n]*(.*)/g, `Include$1=${folder.path}/inc/$2`), 'latin1');
}

const seeds = [...bodies, ...Object.values(included)].map((body) => Buffer.from(body));

const mutation = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom('put', 'cut', 'flip', 'repeat'),
  bytes: fc.oneof(
    fc.uint8Array({ maxLength: 4 }),
    fc.constantFrom('=', '\n', '[', ']', '[options]\n', 'Include = *\n', ' ', '\0', '"').map((one) => Buffer.from(one)),
  ),
});

/** Changes a few places of a file that is right. */
function mutated(seed: Uint8Array, mutations: readonly { at: number; kind: string; bytes: Uint8Array }[]): Buffer {
  let bytes = Buffer.from(seed);
  for (const { at, kind, bytes: other } of mutations) {
    const place = at % (bytes.length + 1);
    const [before, behind] = [bytes.subarray(0, place), bytes.subarray(place)];
    const parts = {
      put: [before, other, behind],
      cut: [before, behind.subarray(other.length)],
      flip: [before, Buffer.from(behind.subarray(0, 1).map((byte) => byte ^ (other[0] ?? 1))), behind.subarray(1)],
      repeat: [before, behind, behind],
    }[kind];
    bytes = Buffer.concat(parts ?? []);
  }
  return bytes;
}

const within = { numRuns: 1_000_000, interruptAfterTimeLimit: time, markInterruptAsFailure: false } as const;

describe('the parser, with any content of a file', () => {
  mkdirSync(folder.file('inc'));
  for (const [name, body] of Object.entries({ a: '[core]\nServer = x\n', b: 'Color\n', c: 'Include = @/inc/[ab]\n' })) {
    writeFileSync(folder.file('inc', name), body.replaceAll('@', folder.path));
  }

  it('endures bytes', async () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(bytes, bytes, async (theirs, ours) => {
        expect(await outcomeOf(tame(theirs), tame(ours))).toMatch(good);
      }),
      within,
    );
  });

  it('endures files that were right', async () => {
    const changes = fc.array(mutation, { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...seeds), changes, changes, async (seed, theirs, ours) => {
        expect(await outcomeOf(tame(mutated(seed, theirs)), tame(mutated(ownBody, ours)))).toMatch(good);
      }),
      within,
    );
  });

  it('ends for files that include each other in any way', async () => {
    const names = ['0', '1', '2', '3', '4', '5'];
    const link = fc.constantFrom(...names, '*', '[0-3]', '?', '.', 'none', 'loop', 'pipe', 'zero', 'tty');
    for (const [name, target] of [
      ['loop', 'loop'],
      ['zero', '/dev/zero'],
      ['tty', '/dev/tty'],
    ] as const) {
      symlinkSync(target, folder.file(name));
    }
    execFileSync('mkfifo', [folder.file('pipe')]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(link, { maxLength: 12 }), { minLength: 6, maxLength: 6 }), async (graph) => {
        for (const [index, links] of graph.entries()) {
          const lines = links.map((to) => `Include = ${folder.path}/${to}\n`);
          writeFileSync(folder.file(String(index)), `[options]\nColor\n${lines.join('')}`);
        }
        expect(await outcomeOf(Buffer.from(`Include = ${folder.path}/0\n`), Buffer.from(''))).toMatch(good);
      }),
      within,
    );
  });

  it('does not wait for a pipe, and does not treat a directory as a mistake', async () => {
    writeFileSync(own, '');
    execFileSync('mkfifo', [folder.file('waiting')]);
    writeFileSync(config, `Include = ${folder.path}/waiting\n`);
    await expect(loadConfiguration({ config })).rejects.toThrow('waiting could not be read: it is a pipe');
    writeFileSync(config, `Include = ${folder.path}/inc\n`);
    expect((await loadConfiguration({ config })).warnings).toEqual([]);
  });

  it('ends for ten levels of files that each name the next one a hundred times', async () => {
    mkdirSync(folder.file('laughs'));
    for (let level = 0; level < 10; level++) {
      const next = `Include = ${folder.path}/laughs/${level + 1}\n`;
      writeFileSync(folder.file('laughs', String(level)), next.repeat(100));
    }
    writeFileSync(folder.file('laughs', '10'), '[options]\n');
    expect(await outcomeOf(Buffer.from(`Include = ${folder.path}/laughs/1\n`), Buffer.from(''))).toBe('refused');
    await expect(loadConfiguration({ config })).rejects.toThrow('Include names more than 1000 files');
  });

  it.skipIf(missing('linux'))('never makes the program crash', async () => {
    for (const [index, seed] of fc.sample(fc.tuple(fc.constantFrom(...seeds), fc.array(mutation)), 12).entries()) {
      writeFileSync(
        config,
        tame(index % 2 === 0 ? mutated(...seed) : Buffer.from(fc.sample(fc.uint8Array(), 1)[0] ?? [])),
      );
      writeFileSync(own, '');
      const { status, stderr } = await runFetch(['conf', '--config', config]);
      expect([0, 2, 3], stderr).toContain(status);
      expect(stderr).not.toMatch(/unexpected|^ +at /m);
    }
  });
});
