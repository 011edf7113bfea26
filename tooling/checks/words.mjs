// Texts that people read are in plain English: Markdown, and messages, helps and doc comments of packages that are rewritten.
// words/config.mjs has the patterns, the exceptions, and what is left to be rewritten.
// @ts-check
import { isTest, projectTree } from './tree.mjs';
import { cleanSources, cleanTitles, exceptions, mostExceptions, notYet } from './words/config.mjs';
import { Exceptions } from './words/exceptions.mjs';
import { problemsOfMarkdown } from './words/markdown.mjs';
import { wordingsIn } from './words/problems.mjs';
import { blocksOfSource } from './words/sources.mjs';
import { titlesOfTests } from './words/titles.mjs';

const tree = projectTree();
const judges = new Exceptions(exceptions);
const isBelow = (/** @type {string} */ file, /** @type {string} */ place) =>
  place.endsWith('/') ? file.startsWith(place) : file === place;

/** @type {string[]} */
const problems = [];
/** @type {Set<string>} */
const stillNeeded = new Set();
for (const file of tree.files.filter((name) => name.endsWith('.md'))) {
  const found = await problemsOfMarkdown(file, tree.text(file), judges.judgeOf(file));
  const place = notYet.find((one) => isBelow(file, one));
  if (place === undefined) problems.push(...found);
  else if (found.length > 0) stillNeeded.add(place);
}

const sources = tree.modules.filter((file) => !isTest(file) && cleanSources.some((place) => isBelow(file, place)));
for (const file of sources) {
  const judge = judges.judgeOf(file);
  for (const { line, text } of blocksOfSource(file, tree.text(file)))
    problems.push(...judge(text).map((problem) => `${file}:${line}: ${problem}`));
}

const tests = tree.modules.filter((file) => isTest(file) && cleanTitles.some((place) => isBelow(file, place)));
for (const file of tests)
  for (const { line, text } of titlesOfTests(file, tree.text(file)))
    problems.push(...wordingsIn(text).map((problem) => `${file}:${line}: ${problem}`));

problems.push(
  ...notYet.filter((place) => !stillNeeded.has(place)).map((place) => `${place} is clean: take it off notYet`),
  ...cleanSources.filter((place) => !sources.some((file) => isBelow(file, place))).map((place) => `${place} is empty`),
  ...cleanTitles.filter((place) => !tests.some((file) => isBelow(file, place))).map((place) => `${place} has no tests`),
  ...judges.problems(mostExceptions),
);
for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);
