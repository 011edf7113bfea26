// Everything that is tried of some packages before they are published, each with a name of its own.
// @ts-check
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { compilers, problemOfConsumer, resolutions, writeConsumers } from './consumers.mjs';
import { problemsIn, untrueOncePublished } from './contents.mjs';
import { dropRoot } from './drop-root.mjs';
import { install } from './empty-folder.mjs';
import { modulesOf, problemOfCommand, problemOfModule, problemOfSelfTest } from './try-installed.mjs';

/** @typedef {import('./pack.mjs').Tarball} Tarball */
/** @typedef {import('./published.mjs').Published} Published */
/** @typedef {{ name: string, problem: string | undefined }} Result */

/**
 * @param {readonly Published[]} packages
 * @param {readonly Tarball[]} tarballs of them
 * @param {object} options
 * @param {string} options.folder to work in
 * @param {readonly string[]} options.processors that there must be native parts for
 * @param {boolean} options.isFinal whether they are to be published
 * @returns {Promise<readonly Result[]>}
 */
export async function tryAll(packages, tarballs, { folder, processors, isFinal }) {
  /** @type {Result[]} */
  const results = [];
  /** @param {string} name @param {() => string | undefined | Promise<string | undefined>} attempt */
  const check = async (name, attempt) => {
    results.push({ name, problem: await problemOf(attempt) });
  };
  for (const tarball of tarballs) {
    await check(`${tarball.name}: the tarball holds what it has to, and no more`, () => {
      const place = join(folder, 'unpacked', tarball.name);
      mkdirSync(place, { recursive: true });
      execFileSync('tar', ['-xzf', tarball.file, '-C', place, '--strip-components=1']);
      const untrue = isFinal ? untrueOncePublished(tarball, place) : [];
      return textOf([...problemsIn(tarball, place, processors), ...untrue]);
    });
  }
  const together = join(folder, 'together');
  await check('all of them install in an empty directory, without a network and without scripts', () => {
    install(tarballs, together);
    return undefined;
  });
  for (const { manifest } of packages) {
    for (const module of modulesOf(manifest))
      await check(`${module}: import and require`, () => problemOfModule(module, together));
    for (const command of Object.keys(manifest.bin ?? {}))
      await check(`${manifest.name}: ${command} --version`, () =>
        problemOfCommand(command, manifest.version, together),
      );
  }
  if (tarballs.some(({ name }) => name === '@sb/sandbox')) {
    await check('sb-run --self-test', () => problemOfSelfTest(together));
    // Only root can be somebody else.
    if (process.getuid?.() === 0)
      await check('sb-run --self-test as nobody', () => problemOfSelfTest(together, 65_534));
  }
  writeConsumers(
    packages.flatMap(({ manifest }) => modulesOf(manifest)),
    together,
  );
  for (const [title, compiler] of Object.entries(compilers)) {
    for (const resolution of Object.keys(resolutions))
      await check(`a program of ${title} with ${resolution}`, () => problemOfConsumer(compiler, resolution, together));
  }
  if (tarballs.some(({ name }) => name === '@sb/privdrop'))
    await check('@sb/privdrop and @sb/core alone drop root', () => problemOfDrop(tarballs, join(folder, 'alone')));
  return results;
}

/**
 * What is wrong with user switching alone: nothing but its two tarballs is installed.
 *
 * @param {readonly Tarball[]} tarballs
 * @param {string} folder that is empty
 * @returns {Promise<string | undefined>}
 */
export async function problemOfDrop(tarballs, folder) {
  const two = tarballs.filter(({ name }) => name === '@sb/core' || name === '@sb/privdrop');
  if (two.length !== 2) return '@sb/core and @sb/privdrop were not packed';
  install(two, folder);
  if (process.getuid?.() !== 0) return 'only root has something to drop: run this as root';
  const { said, threads } = await dropRoot(folder);
  const wanted = {
    said: { status: 'full', back: 'EPERM' },
    threads: ['Uid: 65534 65534 65534 65534; Gid: 65534 65534 65534 65534; Groups:'],
  };
  const seen = JSON.stringify({ said, threads });
  return seen === JSON.stringify(wanted) ? undefined : seen;
}

/**
 * What an attempt found, or what it failed with.
 *
 * @param {() => string | undefined | Promise<string | undefined>} attempt
 * @returns {Promise<string | undefined>}
 */
export async function problemOf(attempt) {
  try {
    return await attempt();
  } catch (error) {
    const { stderr } = /** @type {{ stderr?: unknown }} */ (error);
    return `${error instanceof Error ? error.message : String(error)}${typeof stderr === 'string' ? stderr : ''}`;
  }
}

/** @param {readonly string[]} problems */
function textOf(problems) {
  return problems.length === 0 ? undefined : problems.join('; ');
}
