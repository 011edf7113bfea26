// `node ../../tooling/release/src/bill.mjs` in a package that was built: writes what it is made of to dist/sbom.cdx.json, a
// bill of materials in the form of CycloneDX. The same sources give the same bytes: it has no time and no number of its own.
// @ts-check
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';

import { packagesOf } from '../../run/fingerprint.mjs';
import { bundledIn, linkedIn } from '../../run/licences.mjs';

/** @typedef {{ name: string, version?: string | undefined, license: string, description?: string, bin?: object }} Part */

/**
 * The bill of a package: itself, the packages of this project that it is installed with, and what was copied or linked into it.
 *
 * @param {string} folder of the package, which was built
 * @returns {string} JSON
 */
export function billOf(folder) {
  const manifest = manifestIn(folder);
  const bom = new Models.Bom();
  const main = component(manifest);
  bom.metadata.component = main;
  bom.metadata.lifecycles.add(Enums.LifecyclePhase.Build);
  const own = packagesOf();
  const installed = Object.keys(manifest.dependencies ?? {}).map((name) => own.get(name)?.manifest);
  const bundled = bundledIn(join(resolve(folder), 'dist')).map((one) => manifestIn(one));
  const linked = linkedIn(folder).map((name) => ({ name, version: muslVersion(), license: 'MIT' }));
  for (const part of [...installed, ...bundled]) add(component(part));
  for (const part of linked) add(component(part, `pkg:generic/${part.name}`));
  const json = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${json.serialize(bom, { sortLists: true, space: 2 })}\n`;

  /** @param {Models.Component} one */
  function add(one) {
    bom.components.add(one);
    main.dependencies.add(one.bomRef);
  }
}

/** @type {(folder: string) => Part & { dependencies?: Readonly<Record<string, string>> }} */
function manifestIn(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** @type {(part: Part, place?: string) => Models.Component} place: the package URL without a version */
function component({ name, version, license, description, bin }, place = `pkg:npm/${name.replace('@', '%40')}`) {
  const purl = version === undefined ? place : `${place}@${version}`;
  const { Application, Library } = Enums.ComponentType;
  const made = new Models.Component(bin === undefined ? Library : Application, name, { bomRef: purl, purl });
  if (version !== undefined) made.version = version;
  if (description !== undefined) made.description = description;
  made.licenses.add(new Models.SpdxLicense(license));
  return made;
}

/** The version of the musl that is here, as its loader says it. @returns {string | undefined} undefined where it has none */
function muslVersion() {
  const processor = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const loader = `/lib/ld-musl-${processor}.so.1`;
  if (!existsSync(loader)) return undefined;
  return /^Version (\S+)$/m.exec(spawnSync(loader, { encoding: 'utf8' }).stderr)?.[1];
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(join('dist', 'sbom.cdx.json'), billOf('.'));
}
