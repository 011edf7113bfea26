// docs/support.md, from docs/support.json.
// @ts-check
import { kernelTable, markdownTable } from './table.mjs';

/** @typedef {import('./data.mjs').Support} Support */

const head = `# What was tested where

Written by \`npm run test:kernels\`, \`npm run test:nodes\` and \`npm run build:macos\`, each its own part, and only by a run of
everything that it has. The numbers are in [support.json](support.json). Don't edit either by hand.
`;

const kernelsText = `
\`npm run test:kernels\` boots each of these kernels in qemu, on the files of the machine it runs on, and runs the tests that
ask the kernel inside; pacman-fetch downloads there as well. On arm64 it is Node's and Debian's files for that processor,
and a program that tries every layer instead of the test runner.

- **enforced**: what this kernel has is enforced, and an attempt from inside found nothing that the report calls enforced
  and the kernel allows, or the other way round. In brackets: tests that passed, and tests of what this kernel lacks.
- **reported missing**: the kernel has no Landlock. \`support()\` says why, \`require\` refuses before anything runs, and
  \`prefer\` goes on with the other layers and says what is missing.
- Below ABI 11 what a newer ABI brought is reported \`unsupported\`, feature by feature, and shown not to be in force.
`;

/**
 * @param {Support} support
 * @returns {string} the page
 */
export function supportPage({ kernels, nodes, macos }) {
  return [
    head,
    `\n## Kernels\n`,
    kernels === undefined ? '\nNot run as a whole yet.\n' : kernelsPart(kernels),
    `\n## Node, Bun and Deno\n`,
    nodes === undefined ? '\nNot run as a whole yet.\n' : nodesPart(nodes),
    `\n## macOS\n`,
    macos === undefined ? '\nNot built yet.\n' : macosPart(macos),
  ].join('');
}

/** @param {NonNullable<Support['kernels']>} kernels */
function kernelsPart({ date, commit, thorough, rows }) {
  const layers = [...new Set(rows.flatMap((row) => Object.keys(row.layers)))];
  const how = [...new Set(rows.map(({ accelerator }) => (accelerator === 'kvm' ? 'virtualised' : 'emulated')))];
  const tests = thorough ? ', with `--thorough`' : '';
  const failures = rows.flatMap(({ kernel, arch, failure }) =>
    failure === undefined ? [] : [`- ${kernel} ${arch} failed as a whole: ${failure.split('\n')[0]}`],
  );
  const list = failures.length === 0 ? '' : `\n${failures.join('\n')}\n`;
  return `${kernelsText}\nRun on ${date}, at ${commit}${tests}, ${how.join(' and ')}.\n\n${kernelTable(rows, layers)}\n${list}`;
}

/** @param {NonNullable<Support['nodes']>} nodes */
function nodesPart({ date, commit, host, nodes, others }) {
  const rows = [...nodes, ...others].map(({ name, version, passed, failed, skipped }) =>
    [`${name} ${version}`, passed, failed, skipped].map(String),
  );
  return `
\`npm run test:nodes\` runs every test of every package on each of these releases of Node, and on Bun and Deno what
\`tooling/node-matrix/test\` has: a sandbox from each, with a program that it lets run and one that it denies a file.

Run on ${date}, at ${commit}, on ${host}.

${markdownTable(['runtime', 'passed', 'failed', 'skipped'], rows)}

\`restrictSelf()\` has been tried on both by hand. pacman-fetch and the fetcher start workers of Node's own and run on Node
only.
`;
}

/** @param {NonNullable<Support['macos']>} macos */
function macosPart({ date, commit, compiler, builds }) {
  const rows = builds.map(({ target, objects, linked }) => [target, String(objects), linked.join(', ')]);
  return `
\`npm run build:macos\` compiles and links for these targets on Linux. **It has been run on no Mac**: that it compiles is all
that is known. Landlock, seccomp and capabilities are Linux's; elsewhere those packages import and say that they are
unsupported.

Built on ${date}, at ${commit}, with ${compiler}.

${markdownTable(['target', 'sources', 'linked'], rows)}
`;
}
