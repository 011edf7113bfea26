// What the check of words looks for, where it looks, and what it leaves out. Both lists of what is left out only shrink.
// @ts-check

/** The longest sentence, in words. A span of code counts as one. */
export const mostWords = 30;

/** How many exceptions there may be. */
export const mostExceptions = 10;

/** @typedef {{ readonly name: string, readonly pattern: RegExp, readonly instead: string }} Pattern */

/**
 * Wordings that read as translated. What is quoted as code is not looked at.
 *
 * @type {readonly Pattern[]}
 */
export const patterns = [
  {
    name: 'is-no',
    pattern: /\b(?:is|are|was|were) no (?!(?:longer|more|less|fewer|later|earlier|larger|smaller)\b)\w+/gi,
    instead: 'write "is not a …" or "has no …"',
  },
  { name: 'is-none', pattern: /\b(?:is|are|was|were) none\b/gi, instead: 'write what is missing: "is not …"' },
  { name: 'told-of', pattern: /\b(?:tell|tells|told|telling) of\b/gi, instead: 'write "reports" or "describes"' },
  {
    name: 'gone-on-with',
    pattern: /\b(?:go|goes|gone|going|went) on with\b/gi,
    instead: 'write "resume" or "continue"',
  },
  { name: 'to-be-had', pattern: /\bbe had\b/gi, instead: 'write "available"' },
  {
    name: 'become-a-user',
    pattern:
      /\bbec(?:ome|omes|oming|ame)\b(?:[^\w.?!]+\w+){0,3}?[^\w.?!]+(?:users?|root|nobody|alpm)\b|\bbe become\b/gi,
    instead: 'write "switch to the user" or "run as"',
  },
  { name: 'whoever', pattern: /\b(?:who|what|which)(?:so)?ever\b/gi, instead: 'name the person or the thing' },
  {
    name: 'of-its-own',
    pattern: /\bof (?:its|their|his|our|your|one[’']s) own\b|\bof (?:ours|yours|theirs)\b/gi,
    instead: 'write "its own …", "separate" or "private"',
  },
  { name: 'folder', pattern: /(?<![-/\w])folders?(?![-./]\w)/gi, instead: 'write "directory"' },
];

/**
 * Sentences that stay as they are: the file, words that occur in it once, and the reason.
 *
 * @type {readonly { readonly file: string, readonly words: string, readonly reason: string }[]}
 */
export const exceptions = [];

/**
 * Documents that have not been rewritten yet. A path that ends with `/` stands for all beneath it.
 *
 * @type {readonly string[]}
 */
export const notYet = [];

/**
 * Directories whose sources are rewritten: messages, helps and doc comments of these are looked at as well. Names that are
 * not words, and the sources of tests, are left out.
 *
 * @type {readonly string[]}
 */
export const cleanSources = ['packages/', 'apps/', 'tooling/'];

/**
 * Directories of the packages whose tests have plain titles. Titles are looked at for wordings, not for length.
 *
 * @type {readonly string[]}
 */
export const cleanTitles = ['packages/', 'apps/', 'tooling/'];
