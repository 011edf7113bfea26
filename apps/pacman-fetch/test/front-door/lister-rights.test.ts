/* What the process may still do that lists a transaction, as root, from databases that a mirror has sent. */
import { writeFileSync } from 'node:fs';

import { compileC, missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { expect, it } from 'vitest';

it.skipIf(missing('linux', 'landlock7'))('may read and ask an agent, and changes nothing of a file', async () => {
  using folder = temporaryFolder();
  const sources = ['fixtures/as-lister.c', '../../native/front/rights.c'];
  await compileC(folder.file('as-lister'), { from: import.meta.url, sources });
  writeFileSync(folder.file('file'), 'x', { mode: 0o644 });
  const outcomes = async (how: string) => {
    const { status, stdout } = await runProgram(folder.file('as-lister'), [how, folder.file('file')]);
    expect(status).toBe(0);
    return stdout
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), line.slice(line.lastIndexOf(' ') + 1)]);
  };
  const confined = await outcomes('confined');
  const free = await outcomes('free');
  expect(free.filter(([, outcome]) => outcome !== 'OK')).toEqual([]);
  expect(free.length).toBeGreaterThan(12);
  const allowed = new Set(['read', 'agent']);
  expect(confined).toEqual(free.map(([what]) => [what, allowed.has(what ?? '') ? 'OK' : 'EACCES']));
});
