import { constants } from 'node:os';

import { describe, expect, it } from 'vitest';

import { plannedRules } from './encode.js';
import type { LandlockErrorCode } from './errors.js';
import { nativeError } from './native-error.js';
import { ro, rw } from './paths.js';
import { policy } from './policy.js';

const { EACCES, EINVAL, EMFILE, ENOENT, ENOSYS, EOPNOTSUPP, EPERM, E2BIG, ENOTDIR, ETIMEDOUT, EIO } = constants.errno;
const rules = plannedRules(policy({ abi: 7, paths: [ro('/usr'), rw('/srv/cache')], net: { connectTcp: [443] } }), 7);

interface Case {
  readonly step: string;
  readonly syscall?: string;
  readonly errno: number;
  readonly rule?: number;
}

const create = 'landlock_create_ruleset';
const add = 'landlock_add_rule';
const restrict = 'landlock_restrict_self';

describe('an error of a kernel call', () => {
  it.each<[Case, LandlockErrorCode, RegExp]>([
    [{ step: create, syscall: create, errno: EOPNOTSUPP }, 'disabled-at-boot', /landlock to the lsm= boot parameter/],
    [{ step: create, syscall: create, errno: ENOSYS }, 'unsupported-kernel', /CONFIG_SECURITY_LANDLOCK/],
    [{ step: create, syscall: create, errno: EINVAL }, 'unsupported-kernel', /Pin a lower ABI/],
    [{ step: create, syscall: create, errno: EPERM }, 'not-permitted', /system-call filter/],
    [{ step: create, syscall: create, errno: EMFILE }, 'syscall-failed', /RLIMIT_NOFILE/],
    [
      { step: 'open', syscall: 'openat', errno: ENOENT, rule: 1 },
      'path-missing',
      /openat\("\/srv\/cache", .*write_file.*\) failed: ENOENT\. Create it/,
    ],
    [
      { step: 'open', syscall: 'openat', errno: EACCES, rule: 0 },
      'not-permitted',
      /openat\("\/usr", read_file\|read_dir\)/,
    ],
    [{ step: 'type', errno: ENOTDIR, rule: 0 }, 'wrong-file-type', /type\("\/usr".*Name a directory/],
    [
      { step: add, syscall: add, errno: EINVAL, rule: 2 },
      'unsupported-kernel',
      /landlock_add_rule\(port 443, connect_tcp\) failed: EINVAL/,
    ],
    [{ step: 'rehearse', syscall: restrict, errno: EPERM }, 'not-permitted', /no_new_privs/],
    [{ step: 'rehearse', syscall: restrict, errno: E2BIG }, 'too-many-layers', /Sixteen rulesets/],
    [{ step: 'restrict', syscall: restrict, errno: EINVAL }, 'unsupported-kernel', /flag/],
    [{ step: 'rehearse', errno: EPERM }, 'verification-failed', /could still do what the rules forbid/],
    [{ step: 'rehearse', errno: 24 }, 'syscall-failed', /rehearse failed: EMFILE.*Close some descriptors/],
    [{ step: add, syscall: add, errno: EIO, rule: 0 }, 'syscall-failed', /EIO/],
  ])('%o names the call, the rule and the remedy', (failure, code, message) => {
    const error = nativeError(failure, rules);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.message).toContain('Nothing was restricted');
  });

  it.each<[string, LandlockErrorCode]>([
    ['threads', 'threads-unreachable'],
    ['verify', 'verification-failed'],
  ])('in step %s says that the process must end', (step, code) => {
    const error = nativeError({ step, errno: ETIMEDOUT });
    expect(error).toMatchObject({ code, step, errno: 'ETIMEDOUT' });
    expect(error.message).toContain('End this process');
    expect(error.message).not.toContain('Nothing was restricted');
  });
});
