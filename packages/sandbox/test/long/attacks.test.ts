/* The attacks of the whole suite under --denials, and the kernel's log as the judge. */
import { readdirSync } from 'node:fs';

import type { SandboxOptions } from '@sb/sandbox';
import { missing, probeArguments, probePath } from '@sb/test-kit';
import { describe, expect, it, vi } from 'vitest';

import { makePlace, nobody } from '../attack/place.js';
import type * as Suite from '../attack/suite.js';
import { type Judgement, judge, recallOf, type Subject } from '../oracle.js';
import { isExcused } from '../unreported.js';

const lacks = missing('linux', 'root', 'landlock7', 'audit', 'x64');
/** Without `unix_diag` a supervisor knows no unix sockets, and reports nothing about them. */
const lacksSockets = !lacks && missing('unixDiag');
const isUnknowable = (line: string): boolean =>
  isExcused(line) || (lacksSockets && / blockers=(?:scope\.abstract_unix_socket|fs\.resolve_unix) /.test(line));
const all: Judgement[] = [];

/** A sandbox that restricts files and calls; others have no supervisor. */
function isSupervised({ landlock, seccomp }: SandboxOptions): boolean {
  return landlock !== 'off' && seccomp !== 'off';
}

function subjectOf(name: string, theme: Suite.Theme, who: 'switched' | 'root'): Subject {
  const start = async () => {
    const place = await makePlace(who === 'root' ? {} : nobody);
    const attempts = [...theme.attacks(place).map(({ attempt }) => attempt), ...(theme.twins?.(place) ?? [])];
    const policy: SandboxOptions = { ...theme.policy?.(place), ...(who === 'root' ? {} : { user: 'nobody' }) };
    const fold = (text: string) =>
      text.replaceAll(place.folder, '/PLACE').replaceAll(Buffer.from(place.datagrams).toString('hex'), 'DATAGRAMS');
    return {
      policy: isSupervised(policy) ? policy : {},
      command: [probePath(), '--apart', ...probeArguments(attempts)] as const,
      fold,
      end: () => place[Symbol.dispose](),
    };
  };
  return { name: `${name}, ${who}`, start };
}

vi.mock('../attack/suite.js', async (original) => ({
  ...(await original<typeof Suite>()),
  describeAttacks: (name: string, theme: Suite.Theme) => {
    const attackers = (['switched', 'root'] as const).filter((who) => theme.attackers?.includes(who) !== false);
    describe(`attacks ${name}`, () => {
      it('are told as they happened', async () => {
        const judged = await judge(attackers.map((who) => subjectOf(name, theme, who)));
        all.push(...judged);
        for (const one of judged) {
          expect([one.name, one.wrong]).toEqual([one.name, []]);
          expect([one.name, one.missed.filter((line) => !isUnknowable(line))]).toEqual([one.name, []]);
        }
      });
    });
  },
}));

// An older kernel denies few of the attacks, and logs no denial.
const files = lacks
  ? []
  : readdirSync(new URL('../enforcement', import.meta.url)).filter((name) => name.startsWith('attacks-'));
for (const name of files) await import(`../enforcement/${name.replace('.ts', '')}.ts`);

describe.skipIf(lacks)('all attacks', () => {
  it('are told nearly all', () => {
    const { reports, ofAll, ofKnowable, text } = recallOf(all, isUnknowable);
    process.stdout.write(`${all.length} themes: ${text}\n`);
    expect(reports).toBeGreaterThan(100);
    expect(ofKnowable).toBeGreaterThanOrEqual(0.99);
    expect(ofAll).toBeGreaterThanOrEqual(lacksSockets ? 0.96 : 0.99);
  });
});
