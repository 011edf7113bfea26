import { describe, expect, it } from 'vitest';

import { parseArguments } from './arguments.js';
import { UsageError } from './usage-error.js';

describe('parseArguments', () => {
  it('leaves all that follows the first -- to the command', () => {
    const args = parseArguments(['--ro', '/a', '--', 'ls', '--ro', '--', '-x']);
    expect(args.all('ro')).toEqual(['/a']);
    expect(args.command).toEqual(['ls', '--ro', '--', '-x']);
  });

  it('reads values behind a blank and behind =', () => {
    const args = parseArguments(['--rw=/a=b', '--rw', '/c,d', '--require=caps,seccomp', '--require', 'landlock']);
    expect(args.all('rw')).toEqual(['/a=b', '/c,d']);
    expect(args.list('require')).toEqual(['caps', 'seccomp', 'landlock']);
  });

  it('has a report with and without a file, which is never the next word', () => {
    expect(parseArguments(['--report']).one('report')).toBe('');
    expect(parseArguments(['--report=f']).one('report')).toBe('f');
    expect(parseArguments(['--report', '--dry-run']).has('dry-run')).toBe(true);
    expect(parseArguments(['--', 'x']).has('report')).toBe(false);
  });

  it.each([
    [['--rwo', '/a'], /unknown option --rwo\. Did you mean --rwx\?|--rw\?|--ro\?/],
    [['--polcy', 'x'], /Did you mean --policy\?/],
    [['--nonsense'], /sb-run --help lists all/],
    [['--fs', 'minmal'], /--fs must be one of read-only, minimal, none, not "minmal"\. Did you mean minimal\?/],
    [['ls', '-la'], /"ls" is not an option\. Put -- before the command/],
    [['--rw', '--', 'ls'], /--rw needs a value/],
    [['-x'], /unknown option -x/],
    [['ls'], /"ls" is not an option\. Put -- before the command/],
    [['--rw'], /--rw needs a value/],
    [['--rw', '--ro', '/a'], /--rw needs a value/],
    [['--report', 'file'], /"file" is not an option\..*--report=FILE/],
    [['--denials', 'file'], /"file" is not an option\..*--denials=FILE/],
    [['--report='], /--report needs a value\. Write --report=FILE\.$/],
    [['--user', 'a', '--user', 'b'], /--user is given twice/],
    [['--explain', '--explain'], /--explain is given twice/],
  ])('refuses %j', (argv, expected) => {
    expect(() => parseArguments(argv)).toThrow(UsageError);
    expect(() => parseArguments(argv)).toThrow(expected);
  });
});
