import { packageTests } from '../../tooling/vitest.base.js';

export default packageTests({
  testTimeout: 60_000,
  moreCases: [
    'test/connection.test.ts',
    'test/doctor/doctor.test.ts',
    'test/download.test.ts',
    'test/start.test.ts',
    'test/arch/invocations.test.ts',
    'test/config/fuzz.test.ts',
    'test/enforcement/gives-way.test.ts',
    'test/environments/environments.test.ts',
    'test/front-door/answer-fuzz.test.ts',
    'test/front-door/life.test.ts',
    'test/front-door/pacman.test.ts',
    'test/interruption/interruption.test.ts',
    'test/neighbour/demo.test.ts',
    'test/neighbour/one-file.test.ts',
    'test/neighbour/transactions.test.ts',
    'test/packaging/packaging.test.ts',
    'test/pacman/pacman-conf.test.ts',
    'test/pacman/pacman.test.ts',
    'test/pacman/transactions.test.ts',
    'test/sync/pacman-command.test.ts',
    'test/sync/pacman-options.test.ts',
    'test/sync/xfer.test.ts',
  ],
});
