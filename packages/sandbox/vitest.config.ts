import { packageTests } from '../../tooling/vitest.base.js';

export default packageTests({
  moreCases: [
    'test/schema/schema.test.ts',
    'test/commands/commands.test.ts',
    'test/enforcement/denials-races.test.ts',
    'test/cli/everyday.test.ts',
    'test/cli/learn-programs.test.ts',
    'test/neighbour/private-tmp.test.ts',
    'test/cli/ends.test.ts',
    'test/cli/policy-file.test.ts',
    'test/enforcement/limits-of-node.test.ts',
    'test/enforcement/nesting.test.ts',
    'test/enforcement/restrict-self.test.ts',
    'test/native/fuzz.test.ts',
    'test/native/simulate.test.ts',
    'test/neighbour/options.test.ts',
    'test/neighbour/self-test.test.ts',
  ],
});
