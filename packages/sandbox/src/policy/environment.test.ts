import { policy } from '@sb/privdrop';
import { describe, expect, it } from 'vitest';

import { defaultEnvironment, defaultPath } from './environment.js';

const hostile = {
  LD_PRELOAD: '/tmp/x.so',
  LD_LIBRARY_PATH: '/tmp',
  NODE_OPTIONS: '--require /tmp/x.js',
  BASH_ENV: '/tmp/x',
  ENV: '/tmp/x',
  PYTHONSTARTUP: '/tmp/x',
  AWS_SECRET_ACCESS_KEY: 'secret',
  http_proxy: 'http://user:password@proxy',
  SSH_AUTH_SOCK: '/tmp/agent',
  LC_: 'x',
  lc_all: 'x',
};
const harmless = { TERM: 'xterm', LANG: 'de_DE.UTF-8', LC_ALL: 'C', TZ: 'UTC', NO_COLOR: '1' };

const identity = {
  uid: 65_534,
  gid: 65_534,
  name: 'nobody',
  home: '/nonexistent',
  shell: '/usr/sbin/nologin',
  groups: [],
};

describe('defaultEnvironment', () => {
  it.each([
    ['the user that stays', undefined],
    ['another user', policy({ user: identity })],
  ])('passes nothing of ours on but terminal and locale, for %s', (_, user) => {
    const env = defaultEnvironment(user, { ...hostile, ...harmless, PATH: '/tmp/evil', HOME: '/tmp/evil' });
    const { PATH, HOME, USER, LOGNAME, SHELL, ...rest } = env;
    expect(rest).toEqual(harmless);
    expect(PATH).toBe(defaultPath);
    expect(LOGNAME).toBe(USER);
    expect([HOME, SHELL]).not.toContain('/tmp/evil');
  });

  it('is of the user', () => {
    expect(defaultEnvironment(policy({ user: identity }), {})).toMatchObject({
      HOME: '/nonexistent',
      USER: 'nobody',
      SHELL: '/usr/sbin/nologin',
    });
  });
});
