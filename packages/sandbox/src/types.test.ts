/* What the types promise, which no run shows: a mistake here fails `npm run check`. */
import type { Readable, Writable } from 'node:stream';

import { describe, expectTypeOf, it } from 'vitest';

import { createSandbox, definePolicy, isSandboxError, type SandboxPolicy, type SandboxSpawnOptions } from './index.js';

const sandbox = createSandbox();
// Never called: nothing is started here.
const spawned = {
  usual: () => sandbox.spawn('x'),
  optionsOnly: () => sandbox.spawn('x', { stdio: 'inherit' }),
  list: () => sandbox.spawn('x', [], { stdio: ['ignore', 'pipe', 2] }),
  short: () => sandbox.spawn('x', [], { stdio: ['pipe'] }),
  unknown: (options: SandboxSpawnOptions) => sandbox.spawn('x', [], options),
  forked: () => sandbox.fork('x'),
};

describe('the streams of a child', () => {
  it('are those that stdio asks for, as in @types/node', () => {
    type Child<Name extends keyof typeof spawned> = ReturnType<(typeof spawned)[Name]>;
    expectTypeOf<Child<'usual'>['stdin']>().toEqualTypeOf<Writable>();
    expectTypeOf<Child<'usual'>['stdout']>().toEqualTypeOf<Readable>();
    expectTypeOf<Child<'optionsOnly'>['stderr']>().toEqualTypeOf<null>();
    expectTypeOf<Child<'list'>['stdin']>().toEqualTypeOf<null>();
    expectTypeOf<Child<'list'>['stdout']>().toEqualTypeOf<Readable>();
    expectTypeOf<Child<'list'>['stderr']>().toEqualTypeOf<null>();
    expectTypeOf<Child<'short'>['stdin']>().toEqualTypeOf<Writable>();
    expectTypeOf<Child<'short'>['stderr']>().toEqualTypeOf<Readable>();
    expectTypeOf<Child<'unknown'>['stdout']>().toEqualTypeOf<Readable | null>();
    expectTypeOf<Child<'forked'>['stdout']>().toEqualTypeOf<null>();
  });
});

describe('what is given', () => {
  it('may be the environment of this process, and a policy that nobody knows yet', () => {
    expectTypeOf(createSandbox).toBeCallableWith({ env: process.env });
    const run = async () => await sandbox.run('x', { env: process.env });
    expectTypeOf(run).returns.resolves.toHaveProperty('exitCode');
    expectTypeOf(definePolicy).toBeCallableWith(JSON.parse('{}') as unknown);
    expectTypeOf(definePolicy).returns.toEqualTypeOf<SandboxPolicy>();
  });
});

describe('the code of an error', () => {
  it('is one of those that there are', () => {
    const codeOf = (error: unknown) => (isSandboxError(error) ? error.code : undefined);
    expectTypeOf(codeOf).returns.not.toEqualTypeOf<string | undefined>();
    expectTypeOf<'not-found' | 'too-many-layers' | 'unknown-user'>().toExtend<ReturnType<typeof codeOf>>();
    // @ts-expect-error: there is no such code
    const isWrong = (error: unknown) => codeOf(error) === 'not-fuond';
    expectTypeOf(isWrong).returns.toBeBoolean();
  });
});
