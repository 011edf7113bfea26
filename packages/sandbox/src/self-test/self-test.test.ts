/* What is attempted, as whom, and what a probe's answers come to, with probes that answer as they are told. */
import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';

import { missing } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import type { SandboxedProcess } from '../child/child.js';
import { definePolicy } from '../policy/define.js';
import { layerPolicies } from '../plan/layers.js';
import type { SandboxOptions } from '../policy/options.js';
import { planSandbox, sandboxSupport } from '../plan/plan.js';
import { selfTest } from './self-test.js';

/** What a probe was told to attempt. */
interface Told {
  readonly as: string;
  readonly operations: readonly (readonly string[])[];
}

/** How a probe answers: the same to each attempt; with lines of another's before or behind; with an end of its own. */
interface Way {
  readonly answer: string | undefined;
  readonly before?: string;
  readonly after?: string;
  readonly status?: number | null;
}

/** A process that answers so to each attempt. */
function answering(operations: Told['operations'], way: Way): SandboxedProcess {
  const { answer, before = '', after = '', status = 0 } = way;
  const said = operations.flatMap(([name = '']) => (answer === undefined ? [] : `${name} 0 ${answer}\n`));
  const child = new EventEmitter();
  const stdout = Readable.from([before, ...said, after]);
  const kill = (): void => void setImmediate(() => child.emit('close', null));
  stdout.once('end', () => setImmediate(() => child.emit('close', status)));
  return Object.assign(child, { stdout, enforcement: Promise.resolve({}), pid: 1, kill }) as never;
}

function operationsOf(args: readonly string[]): Told['operations'] {
  return args.reduce<string[][]>(
    (found, word) => {
      if (word === '+') found.push([]);
      else found.at(-1)?.push(word);
      return found;
    },
    [[]],
  );
}

/** Runs a self-test whose probes answer so inside and without the sandbox. */
async function test(options: SandboxOptions, inside: string | Way | undefined, outside: string | undefined) {
  const policy = definePolicy(options);
  const layers = layerPolicies(policy);
  const told: Told[] = [];
  const probe = (as: string, args: readonly string[], answer: string | Way | undefined): SandboxedProcess => {
    const operations = operationsOf(args);
    if (operations[0]?.[0] === 'wait') return answering(operations, { answer: 'OK' });
    told.push({ as, operations });
    return answering(operations, typeof answer === 'object' ? answer : { answer });
  };
  const { passed, lines } = await selfTest(
    { layers, plan: planSandbox(policy, layers, sandboxSupport()) },
    {
      inside: (_probe, args) => probe('inside', args, inside),
      outside: (as, { args }) => probe(as, args('/held'), outside),
    },
  );
  return { passed, results: [...new Set(lines.map(({ result }) => result))], told };
}

/** Only the user is changed: each attempt has to end with EPERM. */
const userAlone = { user: 'nobody', caps: 'off', landlock: 'off', seccomp: 'off' } as const;

describe.skipIf(missing('linux', 'root', 'landlock7'))('a self-test', () => {
  it.each([
    ['passes where all is denied that works without', 'EPERM', 'OK', ['passed'], true],
    ['does not pass where nothing is denied', 'OK', 'OK', ['failed'], false],
    ['does not pass where all is denied without a sandbox too', 'EPERM', 'EPERM', ['unproved'], false],
    ['does not pass where the probe says nothing', undefined, 'OK', ['failed'], false],
    ['does not pass where there is nothing to compare with', 'EPERM', undefined, ['unproved'], false],
  ])('%s', async (_, inside, outside, results, passed) => {
    expect(await test(userAlone, inside, outside)).toMatchObject({ passed, results });
  });

  it.each<[string, Omit<Way, 'answer'>]>([
    ['ends by a signal', { status: null }],
    ['ends with another status', { status: 1 }],
    ['says a line more', { after: 'setgroups 0 EPERM\n' }],
    ['says a line before', { before: 'is-euid 0 EPERM\n' }],
  ])('does not pass if the probe %s, after any output', async (_, way) => {
    const run = await test(userAlone, { answer: 'EPERM', ...way }, 'OK');
    expect(run).toMatchObject({ passed: false, results: ['failed'] });
  });

  it('does not pass where all was said by another one', async () => {
    const before = Array.from({ length: 5 }, () => 'x x EPERM\n').join('');
    const run = await test(userAlone, { answer: undefined, before }, 'OK');
    expect(run).toMatchObject({ passed: false, results: ['failed'] });
  });

  it('attempts the loss of each id, and asks whether it is there', async () => {
    const { told } = await test(userAlone, 'EPERM', 'OK');
    const names = ['is-euid', 'setresuid', 'has-group', 'setresgid', 'setgroups'];
    expect(told.map(({ as, operations }) => [as, operations.map(([name]) => name)])).toEqual([
      ['caller', names],
      ['inside', names],
    ]);
  });

  it('touches no file as root without the sandbox, and none by a path', async () => {
    const { told } = await test({ user: 'nobody' }, 'EPERM', 'OK');
    const of = (as: string) => told.find((one) => one.as === as)?.operations ?? [];
    expect(of('caller').flat()).not.toContainEqual(expect.stringContaining('/'));
    const paths = of('user').flatMap((words) => words.filter((word) => word.startsWith('/')));
    expect(paths.length).toBeGreaterThan(4);
    for (const path of paths) expect(path).toMatch(/^\/held(?:\/|$)/);
    // The control: inside they are found by their paths.
    expect(of('inside').flat()).toContainEqual(expect.stringMatching(/sb-self-test-.*\/program$/));
  });
});
