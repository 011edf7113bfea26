import { fewOrMany } from '@sb/test-kit';
import { readFileSync, writeFileSync } from 'node:fs';

import { isSandboxError } from '@sb/core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { definePolicy } from '../../src/policy/define.js';
import { mutated, policies } from './documents.js';
import { policySchema } from './policy-schema.js';

const file = new URL('../../schema/policy.schema.json', import.meta.url);
const isValid = new Ajv2020({ strict: true, strictRequired: false, allErrors: false }).compile(policySchema);

/**
 * What a policy can be refused for and no JSON Schema can say: things that depend on each other. Each has an example,
 * which is proof that it is needed.
 */
const beyondSchema: readonly (readonly [why: string, message: RegExp, example: unknown])[] = [
  ['a name has two levels', /both name/, { require: ['caps'], off: ['caps'] }],
  [
    'kept, inheritable and ambient capabilities nest',
    /not in keep|not in inheritable/,
    { caps: { ambient: ['cap_chown'] } },
  ],
  [
    'keep: all leaves the other sets alone',
    /'all' leaves/,
    { caps: { keep: 'all', ambient: ['cap_chown'], inheritable: ['cap_chown'] } },
  ],
  ['the ABI lacks what is named', /needs ABI/, { landlock: { abi: 1 } }],
  [
    'no right has that bit',
    /is not a scope: "unsafe_unknown_bit_/,
    { landlock: { abi: 12, scope: ['unsafe_unknown_bit_0'] } },
  ],
  ['an ABI that nothing needs', /is newer than this package/, { landlock: { abi: 12 } }],
  ['a rule without effect', /can have no effect/, { landlock: { handle: ['execute'], paths: [{ ro: '/etc' }] } }],
  [
    'a profile and a preset both choose the files',
    /only one of them can choose the files/,
    { profile: 'read', landlock: 'minimal' },
  ],
  ['nothing is restricted', /restricts nothing/, { landlock: { preset: 'none' } }],
  [
    'a path is too long in bytes',
    /is not a path of 1 to 4095 bytes/,
    { landlock: { paths: [{ ro: 'ä'.repeat(2048) }] } },
  ],
  ['half a surrogate pair', /is not (?:a path|a text)/, { landlock: { paths: [{ ro: '\ud800' }] } }],
  [
    'deny and allow name one call',
    /and deny both name/,
    { seccomp: { base: 'deny-all', deny: ['open'], allow: ['open'] } },
  ],
  [
    'a decimal text beyond 64 bits',
    /is not an unsigned 64-bit/,
    {
      seccomp: {
        base: 'deny-all',
        rules: [
          { syscall: 'open', action: 'allow', when: [{ arg: 0, compare: 'eq64', value: '99999999999999999999' }] },
        ],
      },
    },
  ],
];

/** What definePolicy says against a document; undefined where it takes it. */
function refusal(document: unknown): string | undefined {
  try {
    definePolicy(document);
    return undefined;
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    return error.message;
  }
}

/** Both take a document or both refuse it, or it is refused for what no schema can say. */
function expectAgreement(document: unknown): void {
  const message = refusal(document);
  if (!isValid(document))
    expect(message, `refused by the schema alone: ${JSON.stringify(isValid.errors)}`).toBeDefined();
  else if (message !== undefined && !beyondSchema.some(([, pattern]) => pattern.test(message))) {
    expect.fail(`refused by definePolicy alone: ${message}`);
  }
}

const documents = fewOrMany(500, 3000);

describe('schema/policy.schema.json', () => {
  it('is made of the tables of the code: SB_WRITE_SCHEMA=1 npx vitest run test/schema', () => {
    if (process.env['SB_WRITE_SCHEMA'] === '1') writeFileSync(file, `${JSON.stringify(policySchema, null, 2)}\n`);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(policySchema);
  });

  it('agrees with definePolicy on policies', () => {
    let taken = 0;
    fc.assert(
      fc.property(policies, (document) => {
        expectAgreement(document);
        if (refusal(document) === undefined) taken++;
      }),
      { numRuns: documents },
    );
    expect(taken).toBeGreaterThan(documents / 3);
  });

  it('agrees with definePolicy on policies with one mistake', () => {
    let refused = 0;
    fc.assert(
      fc.property(mutated, (document) => {
        expectAgreement(document);
        if (!isValid(document)) refused++;
      }),
      { numRuns: 2 * documents },
    );
    expect(refused).toBeGreaterThan(documents / 2);
  });

  it.each(beyondSchema)('cannot say: %s', (_, message, document) => {
    expect(isValid(document)).toBe(true);
    expect(refusal(document)).toMatch(message);
  });

  it.each([
    [{ $schema: './policy.schema.json', version: 1 }, true],
    [{ landlock: { paths: [{ ro: '/a', rw: '/b' }] } }, false],
    [{ landlock: { paths: '/a' } }, false],
    [{ landlock: { paths: null } }, false],
    [{ landlock: { paths: ['/a'] } }, false],
    [{ landlock: { paths: [null] } }, false],
    [{ landlock: { net: null } }, false],
    [{ landlock: { net: { conectTcp: 'any' } } }, false],
    [{ landlock: [] }, false],
    [{ caps: [] }, false],
    [{ caps: { bounding: null } }, false],
    [{ caps: { securebits: null } }, false],
    [{ seccomp: { base: 'deny-all', level: 'prefer' } }, false],
    [{ env: { 'A=B': 'c' } }, false],
    [{ off: ['process'] }, false],
    [[], false],
    [null, false],
    ['none', false],
  ])('and definePolicy: %j is %s', (document, expected) => {
    expect(isValid(document)).toBe(expected);
    expect(refusal(document) === undefined).toBe(expected);
  });
});
