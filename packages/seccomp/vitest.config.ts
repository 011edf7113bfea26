import { packageTests } from '../../tooling/vitest.base.js';

export default packageTests({
  // Some tests start four releases of Node, one after the other.
  testTimeout: 60_000,
  moreCases: [
    'src/compiler/compile.test.ts',
    'test/property/compile.test.ts',
    'test/property/any-program.test.ts',
    'test/property/verify.test.ts',
    'test/property/algebra.test.ts',
    'test/property/pairs.test.ts',
    'test/judge/judge.test.ts',
    'test/native/bombarded.test.ts',
    'test/differential/libseccomp.test.ts',
    'test/enforcement/programs.test.ts',
    'test/enforcement/restrict.test.ts',
    'test/enforcement/stacked.test.ts',
  ],
});
