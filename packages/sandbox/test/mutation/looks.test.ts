/* Whether the tests would notice if the launcher did not look at what it was given, or a preset had a rule less. */
import { denialMutants } from './denial-mutants.js';
import { launcherTests } from './launcher-tests.js';
import { linkMutants } from './link-mutants.js';
import { lookMutants } from './look-mutants.js';
import { presetMutants } from './mutants.js';

launcherTests([...linkMutants, ...lookMutants, ...denialMutants, ...presetMutants]);
