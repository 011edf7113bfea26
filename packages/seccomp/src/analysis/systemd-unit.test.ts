/* Which lines of a unit count, and which words: each answer is that of `systemd-analyze verify` of systemd 257. */
import { describe, expect, it } from 'vitest';

import { evaluate } from '../index.js';
import { syscallNumber } from '../tables/syscalls.js';
import { fromSystemd } from './index.js';

const unit = (...lines: readonly string[]) => ['[Service]', 'SystemCallArchitectures=native', ...lines].join('\n');
const answer = (text: string, name = 'ptrace') =>
  evaluate(fromSystemd(text).policy, 'x86_64', { number: syscallNumber(name, 'x86_64') ?? -1, args: [] }).action.action;

describe('a unit', () => {
  it.each(['\u00A0', '\v', '\f', '\u2028', '\u3000'])('has words that %j does not end', (blank) => {
    const { unsaid } = fromSystemd(unit(`SystemCallFilter=~mount${blank}ptrace`));
    expect(unsaid).toContainEqual({ path: 'line 3', what: `mount${blank}ptrace is not known and skipped` });
    expect(answer(unit(`SystemCallFilter=~mount${blank}ptrace`))).toBe('allow');
    expect(answer(unit('SystemCallFilter=~mount\t ptrace'))).toBe('kill-process');
    expect(answer(unit(`SystemCallFilter${blank}=~ptrace`))).toBe('allow');
    expect(answer(unit('SystemCallFilter \t=~ptrace'))).toBe('kill-process');
  });

  it('has no settings before its first section', () => {
    const before = 'SystemCallFilter=~ptrace';
    const path = 'line 1';
    expect(() => fromSystemd(`${before}\n${unit()}`)).toThrow(expect.objectContaining({ path }));
    expect(() => fromSystemd(`${before}\n[Unit]`)).toThrow('systemd ignores it here');
    expect(answer(before)).toBe('kill-process');
    expect(answer(`# a comment\n\n${unit(before)}`)).toBe('kill-process');
  });

  it('has no lines that are not UTF-8', () => {
    const broken = new TextDecoder().decode(Uint8Array.of(0x20, 0x9b));
    expect(() => fromSystemd(unit(`SystemCallFilter=~ptrace${broken}`))).toThrow('line 3 is not UTF-8');
    expect(answer(unit(`#${broken}`, 'SystemCallFilter=~ptrace'))).toBe('kill-process');
  });

  it.each([
    ['SystemCallLog=ptrace', true],
    ['SystemCallLog=', false],
    ['DynamicUser=yes', true],
    ['DynamicUser=no', false],
  ])('loads a further filter for %s: %s', (line, isNamed) => {
    const what = `${line.replace(/=.*/, '')} loads a filter that the policy is without`;
    expect(fromSystemd(unit(line)).unsaid.filter((one) => one.what === what)).toHaveLength(isNamed ? 1 : 0);
  });
});
