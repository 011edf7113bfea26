import { describe, expect, it } from 'vitest';

import { exceptions, mostExceptions, mostWords, patterns } from '../words/config.mjs';
import { Exceptions } from '../words/exceptions.mjs';
import { problemsOfMarkdown } from '../words/markdown.mjs';
import { problemsIn, wordingsIn } from '../words/problems.mjs';
import { blocksOfSource } from '../words/sources.mjs';
import { titlesOfTests } from '../words/titles.mjs';

/** For each pattern: what it refuses, and how the same may be written. */
const samples: Readonly<Record<string, readonly (readonly [refused: string, plain: string])[]>> = {
  'is-no': [
    ['uid 0 is no drop.', 'uid 0 is not a drop.'],
    ['They are no users.', 'They are no longer users.'],
    ['There was no defence.', 'It was no more than a try.'],
  ],
  'is-none': [['Its SHA-256 is none.', 'Its SHA-256 is not valid.']],
  'told-of': [
    ['The caller is told of it.', 'The caller is told about it.'],
    ['Two lines tell of it.', 'Two lines tell how.'],
  ],
  'gone-on-with': [
    ['The part is gone on with.', 'The part is resumed.'],
    ['It goes on with the next.', 'It goes on.'],
  ],
  'to-be-had': [
    ['A group is not to be had.', 'A group is not available.'],
    ["A layer can't be had.", 'A layer had been there.'],
  ],
  'become-a-user': [
    ['It becomes another user.', 'It switches to another user.'],
    ["or the user can't be become", 'or switching to that user fails'],
    ['You become root.', 'It becomes a file. The user waits.'],
    ['It became `x` the alpm user.', 'The file became old.'],
  ],
  whoever: [
    ['Whoever asks waits.', 'The caller waits.'],
    ['It is refused whatever it is.', 'It is refused in any case.'],
    ['whosoever', 'whose'],
  ],
  'of-its-own': [
    ['It has a session of its own.', 'It has its own session.'],
    ['The code is of ours.', 'The code is ours.'],
  ],
  folder: [
    ['It makes a folder.', 'It makes a directory.'],
    ['Folders', 'See working-folder.test.ts, made by makeFolder().'],
  ],
};

const words = (count: number): string => `${Array.from({ length: count }, () => 'word').join(' ')}.`;
const said = async (text: string): Promise<readonly string[]> => await problemsOfMarkdown('a.md', text, problemsIn);

describe('the check of words', () => {
  it('has samples for each of its patterns', () => {
    expect(Object.keys(samples).sort()).toEqual(patterns.map(({ name }) => name).sort());
  });

  it.each(Object.entries(samples).flatMap(([name, pairs]) => pairs.map((pair) => [name, ...pair] as const)))(
    'refuses "%s": %s',
    (name, refused, plain) => {
      const { instead = '' } = patterns.find((one) => one.name === name) ?? {};
      expect(problemsIn(refused)).toEqual([expect.stringContaining(instead)]);
      expect(problemsIn(plain)).toEqual([]);
    },
  );

  it('refuses a sentence of more than thirty words', () => {
    expect(problemsIn(words(mostWords + 1))).toEqual([expect.stringMatching(/ has 31 words: at most 30 a sentence$/)]);
    expect(problemsIn(words(mostWords))).toEqual([]);
  });

  it.each([
    ['full stops', `${words(20)} ${words(20)}`, 0],
    ['a question mark', `${words(20).replace('.', '?')} ${words(20)}`, 0],
    ['a full stop within quotes', `"${words(20)}" ${words(20)}`, 0],
    ['no full stop of an abbreviation', `${words(20).replace('.', ', e.g.')} ${words(20)}`, 1],
    ['no colon or semicolon', `${words(20).replace('.', ':')} ${words(20).replace('.', ';')}`, 1],
  ])('ends a sentence at %s', (_name, text, count) => {
    expect(problemsIn(text)).toHaveLength(count);
  });
});

describe('the words of Markdown', () => {
  it.each([
    ['a heading', '# A folder', 1],
    ['a paragraph', 'text\n\nA\nfolder', 3],
    ['an item of a list', '- one\n- a folder', 2],
    ['a cell of a table', '| a | b |\n| - | - |\n| c | a folder |', 3],
    ['emphasis and links', 'It **is** [no](x.md) _drop_.', 1],
    ['a quotation', '> a folder', 1],
  ])('are looked at in %s', async (_name, text, line) => {
    expect(await said(text)).toEqual([expect.stringMatching(new RegExp(`^a\\.md:${line}: "`))]);
  });

  it.each([
    ['a block of code', '```\na folder\n```'],
    ['a span of code', 'Write `a folder`.'],
    ['a comment', '<!-- a folder -->'],
    ['the target of a link', '[x](folder/a.md)'],
  ])('are not looked at in %s', async (_name, text) => {
    expect(await said(text)).toEqual([]);
  });

  it('count a span of code as one word', async () => {
    expect(await said(`${'`a b c` '.repeat(mostWords)}.`)).toEqual([]);
    expect(await said(`${'`a b c` '.repeat(mostWords)}more.`)).toHaveLength(1);
  });
});

describe('the words of a source', () => {
  const texts = (content: string): readonly string[] => blocksOfSource('a.ts', content).map(({ text }) => text);

  it('are messages, with what is inserted as code', () => {
    expect(texts("fail({ what: 'is no user', hint: `end ${name} now`, code: 'no-user' });")).toEqual([
      'is no user',
      'end ‹code› now',
    ]);
  });

  it('are doc comments, each paragraph, item and tag by itself', () => {
    const comment =
      '/**\n * One {@link x}\n * line.\n *\n * - an item\n * @param a - of `b`\n * @throws Error if so\n */';
    expect(texts(comment)).toEqual(['One ‹code›\nline.', '- an item', '- of ‹code›', 'Error if so']);
    expect(blocksOfSource('a.ts', `\n${comment}`).map(({ line }) => line)).toEqual([2, 2, 2, 2]);
  });

  it('are doc comments without the types and names of their tags', () => {
    const comment =
      '/** Makes it. @type {(folder: string, one: { a: { b: string } }) => string} the way @param {string} folder of it */';
    expect(texts(comment)).toEqual(['Makes it.', 'the way', 'of it']);
    expect(texts('/**\n * @property {{ folder: string }} [share] where\n */')).toEqual(['where']);
  });

  it('are not imports, types, names or other comments', () => {
    expect(
      texts("import a from 'a b';\nexport * from 'c d';\ntype T = 'e f'; // a folder\n/* a folder */ g('h');"),
    ).toEqual([]);
  });
});

describe('the words of a help', () => {
  const texts = (content: string): readonly string[] => blocksOfSource('a.ts', content).map(({ text }) => text.trim());

  it('are those of each paragraph and each row, which is set in', () => {
    const help = '`Usage: a b\\n\\n -c D  does it\\n    again\\n -e F  does more\\n\\nOne sentence\\nends here.`';
    expect(texts(help)).toEqual([
      'Usage: a b',
      '-c D  does it',
      'again',
      '-e F  does more',
      'One sentence\nends here.',
    ]);
  });

  it('end a sentence at each row, so that a table of thirty options is not one sentence', () => {
    const rows = Array.from({ length: mostWords }, (_, index) => ` --option-${index} does this`).join('\\n');
    expect(texts(`'${rows}'`).flatMap(problemsIn)).toEqual([]);
    expect(texts(`'${rows.replaceAll(/\\n /g, ' ')}'`).flatMap(problemsIn)).toHaveLength(1);
  });
});

describe('the titles of tests', () => {
  const titles = (content: string): readonly string[] => titlesOfTests('a.test.ts', content).map(({ text }) => text);

  it.each([
    ["describe('a', () => { it('b', () => {}); test('c', () => {}); });", ['a', 'b', 'c']],
    ["it.each([1])('of %i', () => {}); describe.skipIf(no())('d', () => {});", ['of %i', 'd']],
    ["it.skipIf(no()).each([1])('e', () => {}); it.only('f', () => {});", ['e', 'f']],
    ["it.each`a`('g', () => {}); it(`h ${one} i`, () => {});", ['g', 'h ‹code› i']],
  ])('are found in %s', (content, found) => {
    expect(titles(content)).toEqual(found);
  });

  it('are not other texts, nor what a test does', () => {
    expect(titles("run('a'); it(title, () => { expect('b').toBe('c'); }); it.each(['d'])(title, f);")).toEqual([]);
  });

  it('are found with their lines', () => {
    expect(titlesOfTests('a.test.ts', "\n\nit('a', () => {});").map(({ line }) => line)).toEqual([3]);
  });

  it('may be long, but are plain', () => {
    expect(wordingsIn(words(mostWords + 1))).toEqual([]);
    expect(wordingsIn('refuses whatever is no folder')).toHaveLength(3);
  });
});

describe('the exceptions', () => {
  const exception = { file: 'a.md', words: 'a folder', reason: 'a quotation' };

  it('let their own sentence through and no other', () => {
    const list = new Exceptions([exception]);
    expect(list.judgeOf('a.md')('See a folder.')).toEqual([]);
    expect(list.judgeOf('a.md')('See the folder.')).toHaveLength(1);
    expect(list.judgeOf('b.md')('See a folder.')).toHaveLength(1);
    expect(list.problems(1)).toEqual([]);
  });

  it('are needed, have a reason, and are few', () => {
    expect(new Exceptions([exception]).problems(1)).toEqual([expect.stringContaining('is not needed')]);
    expect(new Exceptions([{ ...exception, reason: ' ' }]).problems(1)).toContain('an exception of a.md has no reason');
    expect(new Exceptions([exception, exception]).problems(1)).toContain('2 exceptions are listed: at most 1');
    expect(exceptions.length).toBeLessThanOrEqual(mostExceptions);
    expect(mostExceptions).toBe(10);
  });
});
