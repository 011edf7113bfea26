/* What packages say where they have no native part, and how one is made of the sources in the tarball. */
import { chmodSync, cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { missing, runProgram } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { isLong } from '../../vitest.base.js';
import { nodeHeaders } from '../../run/system-packages.mjs';
import { type Installed, installed } from './installed.js';

const layers = ['privdrop', 'caps', 'landlock', 'seccomp'] as const;

/** What a layer says of this machine, or of one with another processor. */
const support = (name: string, arch = process.arch) => `
  Object.defineProperty(process, 'arch', { value: '${arch}' });
  const layer = await import('@sb/${name}');
  console.log(JSON.stringify(layer.support()));`;

/** What a plan of the strictest policy and of the most lenient one comes to. */
const plans = {
  privdrop: `policy({ user: { user: 1, group: 1 }, level, noNewPrivs: level })`,
  caps: `policy({ levels: { capabilities: level, bounding: level, securebits: level, noNewPrivs: level } })`,
  landlock: `policy({ abi: 1, paths: [layer.ro('/usr')], require: level === 'require' ? ['fs'] : [] })`,
  seccomp: `policy({ base: 'deny-dangerous', level })`,
} as const;

/** Packing copies sources within the tree, which another user may only read. */
const lacks = missing('root', 'linux');

let packages: Installed;
beforeAll(() => {
  if (!lacks) packages = installed();
}, 180_000);
afterAll(() => {
  if (!lacks) packages[Symbol.dispose]();
});

/** Without the native part of a package, as long as something lasts. */
async function without<Result>(name: string, attempt: () => Promise<Result>): Promise<Result> {
  const folder = join(packages.of(name), 'prebuilds');
  renameSync(folder, `${folder}-away`);
  try {
    return await attempt();
  } finally {
    rmSync(folder, { recursive: true, force: true });
    renameSync(`${folder}-away`, folder);
  }
}

const platform = `linux-${process.arch}`;

describe.skipIf(lacks)('a package whose native part is missing', () => {
  it.each(layers)('%s says so, with the platform, and that installing helps where it should be there', async (name) => {
    const { stdout } = await without(name, async () => await packages.run(support(name)));
    expect(JSON.parse(stdout)).toMatchObject({
      state: 'prebuild-missing',
      reason: expect.stringContaining(platform),
      hint: expect.stringContaining('install the package again'),
    });
    // Control: with it the same lines say something else.
    expect(JSON.parse((await packages.run(support(name))).stdout)).not.toMatchObject({ state: 'prebuild-missing' });
  });

  it.each(layers.filter((name) => name !== 'seccomp'))(
    '%s never says to install again what is not shipped',
    async (name) => {
      const { stdout } = await packages.run(support(name, 's390x'));
      const { state, reason, hint } = JSON.parse(stdout) as Record<string, string>;
      expect(state).toBe('prebuild-missing');
      expect(reason).toContain('linux-s390x');
      expect(hint).toContain(`npm run build:source --prefix ${packages.of(name)}`);
      expect(hint).not.toContain('again');
    },
  );

  it('seccomp knows no calls of such a processor in the first place', async () => {
    const { stdout } = await packages.run(support('seccomp', 's390x'));
    expect(JSON.parse(stdout)).toMatchObject({
      state: 'unsupported-platform',
      reason: expect.stringContaining('s390x'),
    });
  });

  it.each(layers)('%s plans nothing, at any level', async (name) => {
    const code = `const layer = await import('@sb/${name}');
      const answers = ['require', 'prefer'].map((level) => {
        try { layer.plan(layer.${plans[name]}, layer.support()); return 'planned'; } catch ({ code, message }) { return [code, message]; }
      });
      console.log(JSON.stringify(answers));`;
    const { stdout, stderr } = await without(name, async () => await packages.run(code));
    expect(stderr).toBe('');
    for (const answer of JSON.parse(stdout) as unknown[]) {
      expect(answer).toEqual([
        'prebuild-missing',
        expect.stringMatching(new RegExp(`^${name}: the native part for ${platform}`)),
      ]);
    }
  });

  it('sandbox starts nothing, and says which part is missing', async () => {
    const code = `const { createSandbox } = await import('@sb/sandbox');
      try {
        const child = createSandbox({}).spawn('/bin/true');
        child.on('error', () => {});
        await child.enforcement;
        console.log('started');
      } catch ({ code, message }) { console.log(code, message); }`;
    const { stdout } = await without('sandbox', async () => await packages.run(code));
    expect(stdout).toMatch(new RegExp(`^prebuild-missing sandbox: .* for ${platform} could not be loaded`));
    expect(await launcherWith(code, (launcher) => renameSync(launcher, `${launcher}-away`))).toMatch(
      /^launcher-missing sandbox: the launcher could not be started: ENOENT\. .*install the package again/,
    );
    const noExecute = await launcherWith(code, (launcher) => chmodSync(launcher, 0o644));
    expect(noExecute).toMatch(
      /^launcher-missing sandbox: the launcher could not be started: EACCES\. It must be executable/,
    );
    expect(noExecute).not.toContain('again');
    expect(await launcherWith(code, () => {})).toBe('started\n');
  });
});

/** What code prints where something was done to the launcher, which is put right again. */
async function launcherWith(code: string, spoil: (launcher: string) => void): Promise<string> {
  const launcher = join(packages.of('sandbox'), 'prebuilds', platform, 'launcher');
  cpSync(launcher, `${launcher}-copy`);
  spoil(launcher);
  const { stdout } = await packages.run(code);
  rmSync(launcher, { force: true });
  renameSync(`${launcher}-copy`, launcher);
  return stdout;
}

describe.skipIf(lacks)('the sources in a tarball', () => {
  const names = isLong ? (['privdrop', 'caps', 'landlock', 'seccomp', 'sandbox'] as const) : (['caps'] as const);

  it.each(names)('make the native part of %s', { timeout: 300_000 }, async (name) => {
    const folder = packages.of(name);
    const shipped = join(folder, 'prebuilds', platform);
    cpSync(shipped, join(packages.folder, 'shipped', name), { recursive: true });
    rmSync(shipped, { recursive: true });
    const options = { env: { ...process.env, npm_config_nodedir: nodeHeaders() ?? '' }, timeout: 300_000 };
    const built = await runProgram('npm', ['run', 'build:source', '--prefix', folder], options);
    expect({ status: built.status, said: built.status === 0 ? '' : built.stderr }).toEqual({ status: 0, said: '' });
    const made = name === 'sandbox' ? ['sandbox.node', 'launcher', 'sb-exec', 'probe'] : [`${name}.node`];
    for (const file of made) expect(existsSync(join(shipped, file)), file).toBe(true);
    const works = name === 'sandbox' ? `createSandbox({}).plan().status !== 'none'` : `support().state === 'available'`;
    const code = `const layer = await import('@sb/${name}'); console.log(layer.${works});`;
    expect(await packages.run(code)).toMatchObject({ stdout: 'true\n', stderr: '' });
  });
});
