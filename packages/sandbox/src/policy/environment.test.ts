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
  it('passes only terminal and locale on, for another user', () => {
    const user = policy({ user: identity });
    const env = defaultEnvironment(user, { ...hostile, ...harmless, PATH: '/tmp/evil', HOME: '/tmp/evil' });
    const { PATH, HOME, USER, LOGNAME, SHELL, ...rest } = env;
    expect(rest).toEqual(harmless);
    expect(PATH).toBe(defaultPath);
    expect(LOGNAME).toBe(USER);
    expect([HOME, SHELL]).not.toContain('/tmp/evil');
  });

  it('passes PATH and HOME on as well for the user that stays: programs of a version manager are found', () => {
    const ours = { PATH: '/home/me/.nvm/versions/node/v20/bin:/usr/bin', HOME: '/home/me' };
    const { USER, LOGNAME, SHELL, ...rest } = defaultEnvironment(undefined, { ...hostile, ...harmless, ...ours });
    expect(rest).toEqual({ ...harmless, ...ours });
    expect([USER, SHELL]).not.toContain(undefined);
    expect(LOGNAME).toBe(USER);
    expect(defaultEnvironment(undefined, {})).toMatchObject({ PATH: defaultPath });
  });

  it('is of the user', () => {
    expect(defaultEnvironment(policy({ user: identity }), {})).toMatchObject({
      HOME: '/nonexistent',
      USER: 'nobody',
      SHELL: '/usr/sbin/nologin',
    });
  });
});
