export { type Attempt, probe, probePath } from './attempt.js';
export { expectedLandlock, patience } from './expected-kernel.js';
export { compileFixture, type FixtureOptions, fixtureJson, runFixture } from './fixture.js';
export { type NodeRelease, nodeReleases } from './nodes.js';
export { type ProgramOptions, type ProgramResult, runProgram } from './program.js';
export { missing, type Requirement } from './requirements.js';
export { type TemporaryFolder, temporaryFolder } from './temporary.js';
export { isReachable, reachableProgram, stage } from './stage.js';
export { parseProbe, probeArguments, type ProbeResult } from '@sb/probe';
