import { packageTests } from '../../tooling/vitest.base.js';

export default packageTests({
  testTimeout: 60_000,
  moreCases: [
    'test/config/fuzz.test.ts',
    'test/interruption/interruption.test.ts',
    'test/pacman/pacman-conf.test.ts',
    'test/pacman/pacman.test.ts',
  ],
});
