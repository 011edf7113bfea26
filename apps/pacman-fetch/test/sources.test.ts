/* The sources in the tarball, from which a user builds the starter for another processor. */
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

const own = fileURLToPath(new URL('..', import.meta.url));

describe.skipIf(missing('root', 'linux'))('the sources in the tarball', () => {
  it('make the starter where nothing else of this tree lies', { timeout: 120_000 }, async () => {
    using folder = temporaryFolder();
    // As it is packed.
    mkdirSync(folder.file('package'));
    const words = ['../../tooling/run/source.mjs', folder.file('package')];
    const copied = await runProgram('node', words, { cwd: own, timeout: 60_000 });
    expect(copied).toMatchObject({ status: 0, stderr: '' });
    cpSync(join(own, 'package.json'), folder.file('package', 'package.json'));
    const options = { cwd: folder.file('package'), timeout: 100_000 };
    const { status, stdout, stderr } = await runProgram('npm', ['run', '--silent', 'build:source'], options);
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: `prebuilds/linux-${process.arch}: start\n`,
      stderr: '',
    });
    expect(existsSync(folder.file('package', 'prebuilds', `linux-${process.arch}`, 'start'))).toBe(true);
    // Without what that needs.
    const without = async (env: NodeJS.ProcessEnv) =>
      await runProgram(process.execPath, ['source/build.mjs'], { ...options, env: { ...process.env, ...env } });
    const uncompiled = await without({ CC: 'nonesuch' });
    expect(uncompiled).toMatchObject({ status: 1, stdout: '' });
    expect(uncompiled.stderr).toMatch(/nonesuch cannot be run: install a C compiler\. .*\nmake --silent/s);
    expect(uncompiled.stderr).toMatch(/it ended with 2\.\nInstall what it lacks and try again\.\n$/);
    const unmade = { status: 1, stdout: '', stderr: 'make is not installed.\nInstall it and try again.\n' };
    expect(await without({ PATH: '/nonexistent' })).toMatchObject(unmade);
  });
});
