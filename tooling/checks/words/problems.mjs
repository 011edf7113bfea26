// What is wrong with the words of a text: one paragraph, one cell of a table, one message.
// @ts-check
import { mostWords, patterns } from './config.mjs';

/** Stands for a span of code in a text: one word, which no pattern matches. */
export const code = '‹code›';

/** A full stop after one of these ends no sentence. */
const abbreviations = /\b(?:e\.g|i\.e|vs|etc|approx)\.$/i;

/**
 * @param {string} text without markup
 * @returns {readonly string[]} a line for each thing that is wrong
 */
export function problemsIn(text) {
  const plain = onOneLine(text);
  const long = sentencesOf(plain)
    .map((sentence) => ({ sentence, count: wordsOf(sentence) }))
    .filter(({ count }) => count > mostWords)
    .map(({ sentence, count }) => `"${beginning(sentence)} …" has ${count} words: at most ${mostWords} a sentence`);
  return [...wordingsIn(text), ...long];
}

/**
 * @param {string} text without markup, of any length: a title
 * @returns {readonly string[]} a line for each wording that reads as translated
 */
export function wordingsIn(text) {
  const plain = onOneLine(text);
  return patterns.flatMap(({ pattern, instead }) =>
    [...plain.matchAll(pattern)].map(([words]) => `"${words}": ${instead}`),
  );
}

/** @param {string} text */
function onOneLine(text) {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** @param {string} text on one line @returns {readonly string[]} */
function sentencesOf(text) {
  /** @type {string[]} */
  const sentences = [];
  let open = '';
  for (const part of text.split(/(?<=[.?!]["'”’)]*) /)) {
    open = open === '' ? part : `${open} ${part}`;
    if (abbreviations.test(open)) continue;
    sentences.push(open);
    open = '';
  }
  return open === '' ? sentences : [...sentences, open];
}

/** @param {string} sentence */
function wordsOf(sentence) {
  return sentence.split(' ').filter((part) => /[\p{L}\p{N}]/u.test(part)).length;
}

/** @param {string} sentence */
function beginning(sentence) {
  return sentence.split(' ').slice(0, 6).join(' ');
}
