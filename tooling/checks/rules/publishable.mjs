// What every package that is published says of itself, and which packages it may be installed with.
// @ts-check
import { posix } from 'node:path';

/** @typedef {{ name: string, version: string, private?: boolean, exports?: object, scripts?: Readonly<Record<string, string>>, dependencies?: Readonly<Record<string, string>>, [key: string]: unknown }} Manifest */

const home = 'https://github.com/sb-project/sb';

/** npm runs these where a package is installed. */
const installing = ['preinstall', 'install', 'postinstall', 'prepare'];

/** @type {import('../tree.mjs').Rule} */
export function publishable(tree) {
  const files = tree.files.filter((file) => /^(?:packages|apps|tooling)\/[^/]+\/package\.json$/.test(file));
  /** @type {Map<string, { file: string, manifest: Manifest }>} */
  const all = new Map();
  for (const file of files) {
    const manifest = JSON.parse(tree.text(file));
    all.set(manifest.name, { file, manifest });
  }
  return [...all.values()]
    .filter(({ manifest }) => manifest.private !== true)
    .flatMap(({ file, manifest }) => {
      const folder = posix.dirname(file);
      const problems = [
        ...fields(folder, manifest),
        ...documents(tree, folder, manifest),
        ...needs(manifest, (name) => all.get(name)?.manifest),
      ];
      return problems.map((problem) => `${file}: ${problem}`);
    });
}

/** @type {(folder: string, manifest: Manifest) => readonly string[]} */
function fields(folder, manifest) {
  const hasTypes = JSON.stringify(manifest.exports ?? {}).includes('.d.ts');
  /** @type {Readonly<Record<string, unknown>>} */
  const wanted = {
    license: 'MIT',
    author: 'the sb authors',
    repository: { type: 'git', url: `git+${home}.git`, directory: folder },
    bugs: { url: `${home}/issues` },
    homepage: `${home}/tree/main/${folder}#readme`,
    publishConfig: { access: 'public', provenance: true },
    peerDependencies: hasTypes ? { '@types/node': '>=20' } : undefined,
    peerDependenciesMeta: hasTypes ? { '@types/node': { optional: true } } : undefined,
  };
  const { scripts = {}, keywords = [], exports: offered = {} } = manifest;
  return [
    ...Object.entries(wanted)
      .filter(([key, value]) => JSON.stringify(manifest[key]) !== JSON.stringify(value))
      .map(([key, value]) => `${key} is to be ${JSON.stringify(value)}`),
    ...(Array.isArray(keywords) && keywords.length > 0 ? [] : ['has no keywords']),
    ...(Object.hasOwn(offered, './package.json') ? [] : ['exports no ./package.json']),
    ...installing.filter((one) => Object.hasOwn(scripts, one)).map((one) => `runs ${one} where it is installed`),
    ...(scripts['build']?.includes('/bill.mjs') === true ? [] : ['its build writes no bill of materials (bill.mjs)']),
  ];
}

/** @type {(tree: import('../tree.mjs').Tree, folder: string, manifest: Manifest) => readonly string[]} */
function documents(tree, folder, { version, name, files = [], exports: offered = {} }) {
  const text = (/** @type {string} */ file) => (tree.has(file) ? tree.text(file) : '');
  const readme = text(`${folder}/README.md`);
  const entries = Object.keys(offered).filter((key) => key !== '.' && !key.endsWith('.json'));
  return [
    ...(text(`${folder}/LICENSE`) === text('LICENSE') ? [] : ['LICENSE beside it is not the one of the project']),
    ...(text(`${folder}/CHANGELOG.md`).includes(`\n## ${version}\n`) ? [] : [`CHANGELOG.md has no "## ${version}"`]),
    ...(Array.isArray(files) && files.includes('CHANGELOG.md') ? [] : ['files lacks CHANGELOG.md']),
    ...entries
      .map((key) => posix.join(name, key))
      .filter((entry) => !readme.includes(`\`${entry}\``))
      .map((entry) => `README.md does not say what ${entry} promises`),
  ];
}

/** @type {(manifest: Manifest, find: (name: string) => Manifest | undefined) => readonly string[]} */
function needs({ dependencies = {} }, find) {
  return Object.entries(dependencies).flatMap(([name, range]) => {
    const other = find(name);
    if (other === undefined) return [];
    if (other.private === true) return [`depends on ${name}, which is not published`];
    return isIn(other.version, range)
      ? []
      : [`depends on ${name} ${range}; the range is to begin with ^ and to hold ${other.version}`];
  });
}

/** Whether a version is in a caret range (semver): the leftmost part that is not zero stays. @type {(version: string, range: string) => boolean} */
function isIn(version, range) {
  if (!/^\^\d+\.\d+\.\d+$/.test(range)) return false;
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0, leastPatch = 0] = range.slice(1).split('.').map(Number);
  if (major !== leastMajor) return false;
  if (major > 0) return minor > leastMinor || (minor === leastMinor && patch >= leastPatch);
  return minor === leastMinor && (minor > 0 ? patch >= leastPatch : patch === leastPatch);
}
