import { describe, expect, it } from 'vitest';

import { environmentOf, identityVariables, spawnOptions } from './environment.js';
import { policy } from './policy.js';

const made = policy({ user: { uid: 954, gid: 955, name: 'alpm', home: '/srv', shell: '/bin/false', groups: [] } });
const hostile = {
  HOME: '/root',
  USER: 'root',
  PATH: '/root/bin',
  LD_PRELOAD: '/tmp/x.so',
  LD_LIBRARY_PATH: '/tmp',
  NODE_OPTIONS: '--require /tmp/x.js',
  NODE_EXTRA_CA_CERTS: '/tmp/ca',
  NPM_TOKEN: 'secret',
  SSH_AUTH_SOCK: '/tmp/agent',
  http_proxy: 'http://proxy',
  LC_ALL: 'C.UTF-8',
  TERM: 'xterm',
};

describe('environmentOf', () => {
  it('inherits terminal and locale and nothing else', () => {
    expect(environmentOf(made, {}, hostile)).toEqual({
      LC_ALL: 'C.UTF-8',
      TERM: 'xterm',
      PATH: '/usr/local/bin:/usr/bin:/bin',
      HOME: '/srv',
      USER: 'alpm',
      LOGNAME: 'alpm',
      SHELL: '/bin/false',
    });
  });

  it('adds what the caller names', () => {
    expect(environmentOf(made, { http_proxy: 'http://p', HOME: '/h' }, {})).toMatchObject({
      http_proxy: 'http://p',
      HOME: '/h',
    });
  });

  it('names a user without an entry by its uid', () => {
    const nameless = policy({ user: { uid: 7, gid: 8, home: '/', shell: '/bin/sh', groups: [] } });
    expect(identityVariables(nameless)).toEqual({ HOME: '/', USER: '7', LOGNAME: '7', SHELL: '/bin/sh' });
    expect(() => identityVariables({} as never)).toThrow(expect.objectContaining({ code: 'invalid-policy' }));
  });
});

describe('spawnOptions', () => {
  it('never leaves the group out', () => {
    expect(spawnOptions(made)).toMatchObject({ uid: 954, gid: 955, env: { USER: 'alpm' } });
  });

  it('refuses an id that child_process can not set', () => {
    const user = { uid: 3_000_000_000, gid: 8, home: '/', shell: '/bin/sh', groups: [] };
    expect(() => spawnOptions(policy({ user }))).toThrow(expect.objectContaining({ code: 'invalid-policy' }));
  });

  it('refuses supplementary groups, which child_process can not set', () => {
    const user = { uid: 7, gid: 8, home: '/', shell: '/bin/sh', groups: [] };
    expect(() => spawnOptions(policy({ user, groups: [27] }))).toThrow(
      expect.objectContaining({ code: 'invalid-policy' }),
    );
  });
});
