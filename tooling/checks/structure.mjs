// What must hold of the sources before anything is built: where files lie, what they import, how they are called.
// `--build` looks only for what a compiler or bundler would make a riddle of.
// @ts-check
import { circles } from './rules/circles.mjs';
import { dependencies } from './rules/dependencies.mjs';
import { kernelNames, names, sizes } from './rules/files.mjs';
import { includes } from './rules/includes.mjs';
import { licenceLine } from './rules/licence-line.mjs';
import { links } from './rules/links.mjs';
import { packages } from './rules/packages.mjs';
import { publishable } from './rules/publishable.mjs';
import { projectTree } from './tree.mjs';

const tree = projectTree();
const ofBuild = [packages, includes];
const rules = process.argv.includes('--build')
  ? ofBuild
  : [...ofBuild, circles, sizes, names, kernelNames, licenceLine, links, dependencies, publishable];
const problems = rules.flatMap((rule) => rule(tree));
for (const problem of problems) console.error(problem);
if (tree.modules.length === 0) console.error('no sources found');
process.exit(problems.length === 0 && tree.modules.length > 0 ? 0 : 1);
