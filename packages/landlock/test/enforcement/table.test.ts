import { readFileSync, writeFileSync } from 'node:fs';

import {
  compileFixture,
  expectedLandlock,
  missing,
  parseProbe,
  probeArguments,
  probePath,
  runProgram,
} from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { fastOpenAbi, type LandlockPolicy, plan, support } from '../../src/index.js';
import { policies } from './policies.js';
import { compile, nobody } from './programs.js';
import { listing, makeOutside, makeTree, operations, type Outside, underParent } from './world.js';

const fixture = new URL('fixtures/run-as.ts', import.meta.url);
const table = readTable(readFileSync(new URL('../../docs/kernel-table.md', import.meta.url), 'utf8'));

/** The committed table: what each policy answers to each operation. */
function readTable(text: string): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  const [head = [], , ...body] = lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  const columns = head.slice(1);
  return new Map(
    columns.map((column, index) => [
      column,
      Object.fromEntries(body.map((cells) => [cells[0] ?? '', cells[index + 1] ?? ''])),
    ]),
  );
}

const unchanged = new Set(['no paths', 'list', 'ro', 'rx']);

describe.skipIf(missing('linux', 'root', 'landlock6'))('in the kernel, as an ordinary user', () => {
  let outside: Outside;
  let launch: Awaited<ReturnType<typeof compile>>;

  beforeAll(async () => {
    outside = await makeOutside();
    launch = await compile('launch');
  });
  afterAll(() => {
    launch.folder[Symbol.dispose]();
    outside[Symbol.dispose]();
  });

  /** Two doors to the same rules: this process's addon, and a static program that executes the target. */
  const doors = {
    restrictSelf: (policy: LandlockPolicy | undefined): readonly [string, string[]] => [
      process.execPath,
      [compileFixture(fixture), policy === undefined ? '' : JSON.stringify(policy), probePath()],
    ],
    'the launcher': (policy: LandlockPolicy | undefined): readonly [string, string[]] => {
      if (policy === undefined) return [probePath(), []];
      const record = launch.folder.file(`record-${Math.random().toString(36).slice(2)}`);
      writeFileSync(record, plan(policy, support()).record, { mode: 0o644 });
      return [launch.program, [record, probePath()]];
    },
  };

  async function row(name: string, door: keyof typeof doors) {
    using tree = makeTree();
    const asked = operations(tree.path, outside);
    const policy = policies(tree.path, outside)[name];
    if (policy === undefined && name !== 'nothing') throw new Error(`no policy is called ${name}`);
    const [file, args] = doors[door](policy);
    const before = { files: listing(tree.path), connections: outside.connections() };
    const command = underParent(file, [...args, ...probeArguments(Object.values(asked))]);
    const { stdout, stderr, status } = await runProgram(...command, nobody);
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    const results = parseProbe(stdout, Object.keys(asked).length);
    const cells = Object.fromEntries(Object.keys(asked).map((operation, i) => [operation, results[i]?.outcome ?? '']));
    // The servers' own count: a connection that Landlock forbade must not have arrived.
    const others = ['connect, other port', 'MPTCP, other port', 'TCP Fast Open, other port'];
    const sent = {
      open: cells['connect, granted port'] === 'OK' ? 1 : 0,
      closed: others.filter((operation) => cells[operation] === 'OK').length,
    };
    const arrived = () => {
      const { open, closed } = outside.connections();
      return { open: open - before.connections.open, closed: closed - before.connections.closed };
    };
    // They hear of it a little later; one too many would come within the last pause.
    await vi.waitFor(() => expect(arrived()).toEqual(sent), 5000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(arrived()).toEqual(sent);
    return { cells, changed: listing(tree.path).join('\n') !== before.files.join('\n') };
  }

  const control = () => table.get('nothing') ?? {};

  it.each(
    [...table.keys()].flatMap((name) => Object.keys(doors).map((door) => [name, door as keyof typeof doors] as const)),
  )('answers every attack as the table says under "%s", through %s', async (name, door) => {
    const { cells, changed } = await row(name, door);
    // Newer releases of older kernels have closed this hole too, and none of them says so (see the table).
    const hole = 'TCP Fast Open, other port';
    const mayBeClosed = cells[hole] === 'EACCES' && expectedLandlock() !== undefined;
    const isClosed = name === 'net' && (support().abi >= fastOpenAbi || mayBeClosed);
    expect(cells).toEqual({ ...table.get(name), ...(isClosed ? { [hole]: 'EACCES' } : {}) });
    // The tree as well: rules that let nothing be written leave every name, type, size and link count.
    expect(changed).toBe(!unchanged.has(name));
  });

  it('has a control leg for every cell that denies', () => {
    expect(table.size).toBe(13);
    expect(Object.keys(control()).length).toBe(30);
    for (const [name, cells] of table) {
      if (name === 'nothing') continue;
      const denied = Object.entries(cells).filter(([operation, outcome]) => outcome !== control()[operation]);
      expect([name, denied.length > 0]).toEqual([name, true]);
      for (const [, outcome] of denied) expect(['EACCES', 'EPERM', 'EXDEV']).toContain(outcome);
    }
  });
});
