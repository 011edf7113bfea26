import type { Layer, LayerName } from '@sb/core';

/** A layer's module, and what is needed to hold it to its contract. */
export interface LayerUnderTest<Options extends object, Policy extends object, Support> {
  readonly name: LayerName;
  readonly layer: Layer<Options, Policy, Support>;
  /** Options that ask for something. */
  readonly options: Options;
  /** A system that has all of it. */
  readonly support: Support;
}

/**
 * Compares a layer with the contract that every layer has. It leaves out what only a separate process can show: that
 * `restrictSelf` restricts.
 *
 * @returns what is not as it should be. Empty: all is well
 */
export function layerFaults<Options extends object, Policy extends object, Support>({
  name,
  layer,
  options,
  support,
}: LayerUnderTest<Options, Policy, Support>): readonly string[] {
  const faults: string[] = [];
  const expect = (holds: boolean, fault: string): void => {
    if (!holds) faults.push(fault);
  };
  for (const verb of ['support', 'policy', 'withLevels', 'plan', 'restrictSelf'] as const) {
    expect(typeof layer[verb] === 'function', `there is no ${verb}`);
  }
  const given = structuredClone(options);
  const policy = layer.policy(options);
  expect(same(given, options), 'policy() changes its options');
  expect(isFrozen(policy), 'a policy can be changed');
  expect('layer' in policy && policy.layer === name, 'a policy does not say of which layer it is');
  const travelled = JSON.parse(JSON.stringify(policy)) as Policy;
  expect(same(travelled, policy), 'JSON changes a policy');

  const planned = layer.plan(policy, support);
  expect(same(layer.plan(travelled, support), planned), 'a policy that travelled is planned otherwise');
  expect(planned.layer === name, 'a plan does not say of which layer it is');
  expect(planned.record.length > 0, 'a plan of something has no record');
  expect(planned.features.length > 0, 'a plan has no line');
  expect(
    planned.features.every((line) => line.layer === name),
    "a line is another layer's",
  );
  expect(
    refused(() => layer.policy({ ...options, qqqqqq: 1 })).includes('qqqqqq is unknown'),
    'policy() takes any key',
  );
  for (const no of [undefined, null, {}, [], 'policy']) {
    expect(refused(() => layer.plan(no as Policy, support)) !== '', `plan() takes ${JSON.stringify(no)}`);
  }

  const softer = layer.withLevels(policy, {});
  expect(same(softer, policy), 'withLevels() of no level changes a policy');
  expect(isFrozen(softer), 'what withLevels() gives can be changed');
  expect(refused(() => layer.withLevels(policy, { qqqqqq: 'prefer' })) !== '', 'withLevels() takes any name');
  expect(
    refused(() => layer.withLevels(policy, { qqqqqq: undefined })) !== '',
    'withLevels() takes any undefined name',
  );
  return faults;
}

/** The message of an error of the family; empty if the call succeeds, or throws an error of the JavaScript engine. */
function refused(call: () => unknown): string {
  try {
    call();
    return '';
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.message : '';
  }
}

function isFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isFrozen);
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
