import { spawnSync } from 'node:child_process';

import { missing, runProgram } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

const moduleOf = (name: string) => JSON.stringify(new URL(`../../../${name}/dist/index.js`, import.meta.url).href);
const caps = moduleOf('caps');
const privdrop = moduleOf('privdrop');

interface Told {
  readonly error: { readonly code?: string; readonly message: string; readonly hint?: string } | null;
  readonly state: { readonly permitted: readonly string[]; readonly bounding: readonly string[] };
}

/** Runs a line of JavaScript in a process of its own; prints the error and what is in force afterwards. */
async function run(line: string, wrapper: readonly string[] = []): Promise<Told> {
  const script = `import * as caps from ${caps};
    let error = null;
    try { ${line} } catch (caught) { error = caught.toJSON?.() ?? { message: String(caught) }; }
    console.log(JSON.stringify({ error, state: caps.get() }));`;
  const [file, ...args] = [...wrapper, process.execPath, '--input-type=module', '-e', script];
  const { status, stdout, stderr } = await runProgram(file, args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout) as Told;
}

const unchanged = ({ state }: Told) => expect(state.permitted).toContain('cap_setuid');

describe.skipIf(missing('root', 'linux', 'libcap'))('what is refused before anything is changed', () => {
  const switching = (options: string) => `caps.restrictSelf(caps.policy(${options}), { switchUser: () => {
    throw new Error('must not be reached'); } });`;

  it('a-kept-CAP_SETUID-that-could-undo-the-change-of-user', async () => {
    const told = await run(switching(`{ keep: ['cap_setuid', 'cap_setgid'] }`));
    expect(told.error).toMatchObject({ code: 'invalid-policy' });
    expect(told.error?.message).toContain('cap_setgid, cap_setuid would be kept across the change of user');
    unchanged(told);
  });

  it('a-change-of-user-where-no_setuid_fixup-keeps-everything', async () => {
    const locked = ['setpriv', '--securebits=+no_setuid_fixup,+no_setuid_fixup_locked'];
    const told = await run(switching('{}'), locked);
    expect(told.error).toMatchObject({ code: 'not-permitted' });
    expect(told.error?.message).toContain('no_setuid_fixup is set');
    unchanged(told);
  });

  it('keeping-across-a-change-of-user-where-keep_caps-is-locked', async () => {
    const told = await run(switching(`{ keep: ['cap_kill'] }`), ['setpriv', '--securebits=+keep_caps_locked']);
    expect(told.error?.message).toContain('keep_caps is locked');
    unchanged(told);
  });

  it('ambient-where-raising-is-switched-off', async () => {
    const wrapper = ['capsh', '--secbits=0x40', '--shell=/usr/bin/env', '--'];
    const told = await run(`caps.restrictSelf(caps.policy({ keep: ['cap_kill'], ambient: ['cap_kill'] }));`, wrapper);
    expect(told.error?.message).toContain('no_cap_ambient_raise is set');
    unchanged(told);
  });

  it('inheritable-outside-the-bounding-set', async () => {
    // Dropped from the bounding set, a capability stays permitted, and can't be handed on any more.
    const told = await run(`const rest = { securebits: 'leave', noNewPrivs: false };
      caps.restrictSelf(caps.policy({ ...rest, keep: 'all', bounding: 'drop' }));
      caps.restrictSelf(caps.policy({ ...rest, keep: ['cap_kill'], ambient: ['cap_kill'] }));`);
    expect(told.error?.message).toContain('cap_kill cannot be made inheritable');
    expect(told.state.bounding).toEqual([]);
    unchanged(told);
  });

  it('securebits-locked-with-another-value', async () => {
    const told = await run(`caps.restrictSelf(caps.none());`, ['capsh', '--secbits=0x2', '--shell=/usr/bin/env', '--']);
    expect(told.error?.message).toContain('noroot are locked with another value');
    unchanged(told);
  });

  it('root-without-CAP_SETPCAP', async () => {
    const told = await run(`caps.restrictSelf(caps.none());`, [
      'setpriv',
      '--bounding-set=-setpcap',
      '--inh-caps=-all',
    ]);
    expect(told.error?.message).toContain('CAP_SETPCAP is not effective');
    expect(told.state.bounding).toContain('cap_setuid');
  });

  it('a-worker-thread', async () => {
    const script = `import { parentPort } from 'node:worker_threads'; import * as caps from ${caps};
      try { caps.restrictSelf(caps.none()); parentPort.postMessage('restricted'); }
      catch (error) { parentPort.postMessage(error.code); }`;
    const url = `data:text/javascript,${encodeURIComponent(script)}`;
    const told = await run(`const { Worker } = await import('node:worker_threads');
      const { once } = await import('node:events');
      const [code] = await once(new Worker(new URL(${JSON.stringify(url)})), 'message');
      throw new Error(code);`);
    expect(told.error?.message).toBe('Error: worker-thread');
    unchanged(told);
  });
});

describe.skipIf(missing('root', 'linux'))('a change of user that goes wrong', () => {
  it('leaves-no-capabilities-when-it-throws', async () => {
    const told = await run(
      `caps.restrictSelf(caps.none(), { switchUser: () => { throw new Error('no such user'); } });`,
    );
    expect(told.error?.message).toBe('Error: no such user');
    expect(told.state).toMatchObject({ permitted: [], bounding: [] });
  });

  it('leaves-only-what-is-kept-when-privdrop-finds-it-left', async () => {
    const told = await run(`const privdrop = await import(${privdrop});
      const user = privdrop.policy({ user: { user: 65534, group: 65534 } });
      caps.restrictSelf(caps.policy({ keep: ['cap_kill'] }), { switchUser: () => privdrop.dropPrivileges(user) });`);
    expect(told.error).toMatchObject({ layer: 'privdrop', code: 'verification-failed' });
    expect(told.state).toMatchObject({ permitted: ['cap_kill'], bounding: [] });
  });

  it('leaves-no-capabilities-when-what-comes-after-it-fails-too', async () => {
    // What is to be kept is gone by then, so the second phase stops before it gives CAP_SETPCAP up.
    const told = await run(`
      const taken = { keep: ['cap_chown', 'cap_setpcap'], securebits: 'leave', bounding: 'leave' };
      const switchUser = () => { caps.restrictSelf(caps.policy(taken)); throw new Error('no such user'); };
      try { caps.restrictSelf(caps.policy({ keep: ['cap_chown', 'cap_kill'] }), { switchUser }); }
      catch (caught) { if (caught.cause?.message !== 'no such user') throw new Error('no cause'); throw caught; }`);
    expect(told.error).toMatchObject({ code: 'not-permitted', step: 'capset' });
    expect(told.error?.hint).toContain('All capabilities were given up instead, on every thread.');
    expect(told.state).toMatchObject({ permitted: [], bounding: [] });
  });

  it.each([
    ['a promise', 'async () => {}'],
    [
      'a promise of another realm',
      "() => (process.setuid(65534), require('node:vm').runInNewContext('(async () => 1)()'))",
    ],
    ['anything that can be awaited', '() => (process.setuid(65534), { then() {} })'],
    ['a function that can be awaited', '() => (process.setuid(65534), Object.assign(() => {}, { then() {} }))'],
  ])('leaves-no-capabilities-when-it-returns %s', async (_name, switchUser) => {
    const told = await run(`const { createRequire } = await import('node:module');
      const require = createRequire('/');
      caps.restrictSelf(caps.none(), { switchUser: ${switchUser} });`);
    expect(told.error).toMatchObject({ code: 'invalid-policy', step: 'switch-user' });
    expect(told.state).toMatchObject({ permitted: [], bounding: [] });
  });

  it.each([
    ['does nothing', '() => {}', 'still has uid 0'],
    ['changes the group alone', '() => process.setgid(65534)', 'still has uid 0'],
    ['leaves the saved uid, which is the way back', '() => process.seteuid(65534)', 'still has uid 0'],
    ['leaves the saved gid', '() => (process.setegid(65534), process.setuid(65534))', 'more than one uid or gid'],
  ])('says-so-when-it %s', async (_name, switchUser, why) => {
    const told = await run(`caps.restrictSelf(caps.none(), { switchUser: ${switchUser} });`);
    expect(told.error).toMatchObject({ code: 'verification-failed', step: 'switch-user' });
    expect(told.error?.message).toContain(why);
    expect(told.state).toMatchObject({ permitted: [], bounding: [] });
  });

  it('cannot-regain-capabilities-when-the-user-was-not-changed-for-good', async () => {
    const told =
      await run(`try { caps.restrictSelf(caps.none(), { switchUser: () => process.seteuid(65534) }); } catch {}
      process.seteuid(0);
      if (caps.get().effective.length > 0) throw new Error('regained');`);
    expect(told.error).toBeNull();
    expect(told.state).toMatchObject({ permitted: [], effective: [] });
  });
});

describe.skipIf(missing('root', 'linux', 'unshare'))('where nothing could be verified', () => {
  it('refuses-without-a-mounted-proc', () => {
    const script = `import * as caps from ${caps}; import { writeSync } from 'node:fs';
      try { caps.restrictSelf(caps.none()); writeSync(1, 'restricted'); } catch (error) { writeSync(1, error.code); }`;
    const args = ['--mount', 'sh', '-c', 'mount -t tmpfs none /proc && exec "$@"', 'sh', process.execPath];
    const { stdout, stderr } = spawnSync('unshare', [...args, '--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect({ stdout, stderr }).toEqual({ stdout: 'syscall-failed', stderr: '' });
  });
});
