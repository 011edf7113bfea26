// docs/support.md, from docs/support.json.
// @ts-check
import { datesOf, kernelTable, markdownTable } from './table.mjs';
import { userlandTable } from './userlands.mjs';

/** @typedef {import('./data.mjs').Support} Support */

const head = `# What was tested where

Complete runs of \`npm run test:kernels\`, \`npm run test:nodes\`, \`npm run test:userlands\` and \`npm run build:macos\` write this
page. A line changes only when everything that it reports was run again. The numbers are in [support.json](support.json). Do not
edit either file by hand.
`;

const kernelsText = `
\`npm run test:kernels\` boots each of these kernels in qemu, on the files of the machine it runs on. It runs the tests that ask the
kernel, and pacman-fetch downloads there as well. On arm64 it uses Node's and Debian's files for that processor, and a program
that tries every layer instead of the test runner.

- **enforced**: what this kernel has is enforced. Attempts from inside agree with the report: the kernel denies what the report calls
  enforced, and nothing else. In brackets: tests that passed, and tests of what this kernel lacks.
- **reported missing**: the kernel has no Landlock. \`support()\` says why. \`require\` refuses before anything runs. \`prefer\` continues
  with the other layers and says what is missing.
- Below ABI 11, what a newer ABI added is reported \`unsupported\`, feature by feature. The tests show that it is not enforced.
`;

/**
 * @param {Support} support
 * @returns {string} the page
 */
export function supportPage({ kernels, runtimes, userlands, builds }) {
  return [
    head,
    `\n## Kernels\n`,
    kernels.length === 0 ? '\nNone was tested as a whole yet.\n' : kernelsPart(kernels),
    `\n## Node, Bun and Deno\n`,
    runtimes.length === 0 ? '\nNone was tested as a whole yet.\n' : runtimesPart(runtimes),
    `\n## User lands\n`,
    userlands.length === 0 ? '\nNone was tested as a whole yet.\n' : userlandsPart(userlands),
    `\n## macOS\n`,
    builds.length === 0 ? '\nNot built yet.\n' : buildsPart(builds),
  ].join('');
}

/** @param {Support['kernels']} kernels */
function kernelsPart(kernels) {
  const layers = [...new Set(kernels.flatMap((row) => Object.keys(row.layers)))];
  const how = [...new Set(kernels.map(({ accelerator }) => (accelerator === 'kvm' ? 'virtualised' : 'emulated')))];
  const thorough = kernels.filter((row) => row.thorough).map(({ kernel, arch }) => `${kernel} ${arch}`);
  const failures = kernels.flatMap(({ kernel, arch, failure }) =>
    failure === undefined ? [] : [`- ${kernel} ${arch} failed as a whole: ${failure.split('\n')[0]}`],
  );
  return [
    kernelsText,
    `\nRun ${whenOf(kernels)} ${how.join(' and ')}.\n`,
    thorough.length === 0 ? '' : `With \`--thorough\`: ${thorough.join(', ')}.\n`,
    `\n${kernelTable(kernels, layers)}\n`,
    failures.length === 0 ? '' : `\n${failures.join('\n')}\n`,
  ].join('');
}

/** @param {Support['runtimes']} runtimes */
function runtimesPart(runtimes) {
  const hosts = [...new Set(runtimes.map(({ host }) => host))];
  const rows = runtimes.map(({ name, version, passed, failed, skipped }) =>
    [`${name} ${version}`, passed, failed, skipped].map(String),
  );
  return `
\`npm run test:nodes\` runs every test of every package on each of these releases of Node. On Bun and Deno it runs
\`tooling/node-matrix/test\`: each starts a sandbox with a program that it allows to run and one that it denies a file.

Run ${whenOf(runtimes)} on ${hosts.join(' and ')}.

${markdownTable(['runtime', 'passed', 'failed', 'skipped'], rows)}

\`restrictSelf()\` has been tried on Bun and Deno by hand. pacman-fetch and the fetcher start Node workers, and run only on Node. On Node 22
and later a process can be restricted only if it was started without io_uring, as in the Arch package of pacman-fetch.
`;
}

/** @param {Support['userlands']} userlands */
function userlandsPart(userlands) {
  const failures = userlands.flatMap(({ land, failure }) =>
    failure === undefined ? [] : [`- ${land} could not be made: ${failure}`],
  );
  return `
\`npm run test:userlands\` packs every package, and installs the tarballs with \`--ignore-scripts\` and without a registry. It does so
in the files of each of these systems, and tests them there as root and as an ordinary user. It imports and requires every
package, and runs the examples of the READMEs and the tests that show what is denied. The kernel is that of the machine. For
arm64 qemu emulates a machine, with Debian's newest kernel. A number counts tests that passed.

Run ${whenOf(userlands)} on an x64 processor.

${userlandTable(userlands)}
${failures.length === 0 ? '' : `\n${failures.join('\n')}\n`}`;
}

/** @param {Support['builds']} builds */
function buildsPart(builds) {
  const compilers = [...new Set(builds.map(({ compiler }) => compiler))];
  const rows = builds.map(({ target, sources, linked }) => [target, String(sources), linked.join(', ')]);
  return `
\`npm run build:macos\` compiles and links for these targets on Linux. **It has not been run on a Mac**: the build shows only that it
compiles. Landlock, seccomp and capabilities exist only on Linux. Elsewhere those packages can be imported and report that they are
unsupported.

Built ${whenOf(builds)} with ${compilers.join(' and ')}.

${markdownTable(['target', 'sources', 'linked'], rows)}
`;
}

/**
 * @param {readonly import('./data.mjs').Run[]} runs
 * @returns {string} when they were, and of which states of the project
 */
function whenOf(runs) {
  const commits = [...new Set(runs.map(({ commit }) => commit))];
  return `${datesOf(runs)}, at ${commits.join(' and ')},`;
}
