export { type Attempt, probe } from './attempt.js';
export { compileFixture, type FixtureOptions, fixtureJson, runFixture } from './fixture.js';
export { type NodeRelease, nodeReleases } from './nodes.js';
export { type ProgramOptions, type ProgramResult, runProgram } from './program.js';
export { missing, type Requirement } from './requirements.js';
export { type TemporaryFolder, temporaryFolder } from './temporary.js';
export { parseProbe, probeArguments, probePath, type ProbeResult } from '@sb/probe';
