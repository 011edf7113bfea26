import { randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';

import { stage } from '@sb/test-kit';

/** A small package repository, signed by a key of its own. */
export interface Repository {
  /** Its folder: packages, signatures, `test.db` and `test.db.sig`. */
  readonly folder: string;
  /** Base names of the packages. */
  readonly packages: readonly string[];
  /** Path of the public key. */
  readonly publicKey: string;
  /** Fingerprint of the key. */
  readonly keyId: string;
  /** Content of a file of the repository. */
  read(name: string): Buffer;
}

/** Bytes of the packages' content, from tiny to a few megabytes as in a real repository. */
const sizes = [100, 1000, 4000, 16_000, 64_000, 100_000, 250_000, 500_000, 1_000_000, 2_000_000, 3_000_000, 12];

/**
 * A repository of a test's own. It is made once in a test run, which takes two seconds, and each test gets a copy.
 *
 * @param folder - where its parts are to lie
 */
export function makeRepository(folder: string): Repository {
  const made = join(stage(), 'repository');
  if (!existsSync(made)) makeOnce(made);
  const parts = ['repository', 'key.asc', 'names.json'].map((name) => join(made, name));
  execFileSync('cp', ['-a', ...parts, folder]);
  const [repository = '', publicKey = '', names = ''] = parts.map((part) => join(folder, basename(part)));
  const { packages, keyId } = JSON.parse(readFileSync(names, 'utf8')) as Pick<Repository, 'packages' | 'keyId'>;
  rmSync(names);
  return { folder: repository, packages, publicKey, keyId, read: (name) => readFileSync(join(repository, name)) };
}

/** Two test files may do so at once: the first one's is everybody's. */
function makeOnce(made: string): void {
  const folder = mkdtempSync(`${made}-`);
  chmodSync(folder, 0o755);
  makeAnew(folder);
  try {
    renameSync(folder, made);
  } catch (error) {
    rmSync(folder, { recursive: true });
    if (!existsSync(made)) throw error;
  }
}

/** Makes packages by hand (a .PKGINFO and files in a compressed tar) and a database with repo-add(8). */
function makeAnew(folder: string): void {
  const repository = join(folder, 'repository');
  const gnupg = join(folder, 'gnupg');
  mkdirSync(repository);
  mkdirSync(gnupg, { mode: 0o700 });
  const env = { ...process.env, GNUPGHOME: gnupg };
  const gpg = (...args: string[]) =>
    execFileSync('gpg', ['--batch', '--quiet', '--pinentry-mode', 'loopback', '--passphrase', '', ...args], {
      env,
      stdio: 'pipe',
    });
  gpg('--quick-generate-key', 'Test Packager <test@localhost>', 'ed25519', 'sign', 'never');
  const keyId = /^fpr:+([0-9A-F]{40}):/m.exec(gpg('--list-keys', '--with-colons').toString())?.[1] ?? '';
  writeFileSync(join(folder, 'key.asc'), gpg('--armor', '--export', keyId));

  const packages = sizes.map((size, index) => makePackage(folder, repository, `pkg${index}`, size));
  for (const name of packages) gpg('--detach-sign', '--no-armor', join(repository, name));
  execFileSync('repo-add', ['--quiet', '--sign', '--key', keyId, 'test.db.tar.zst', ...packages], {
    cwd: repository,
    env,
    stdio: 'pipe',
  });
  execFileSync('gpgconf', ['--kill', 'all'], { env });
  writeFileSync(join(folder, 'names.json'), JSON.stringify({ packages, keyId }));
  for (const name of ['build', 'gnupg']) rmSync(join(folder, name), { recursive: true, force: true });
}

function makePackage(folder: string, repository: string, name: string, size: number): string {
  const content = join(folder, 'build', name);
  mkdirSync(join(content, 'usr', 'share', name), { recursive: true });
  writeFileSync(join(content, 'usr', 'share', name, 'data'), randomBytes(size));
  const info = {
    pkgname: name,
    pkgbase: name,
    pkgver: '1-1',
    pkgdesc: 'test',
    size,
    arch: 'any',
    builddate: 1,
    packager: 'Test',
  };
  writeFileSync(
    join(content, '.PKGINFO'),
    Object.entries(info)
      .map(([key, value]) => `${key} = ${value}\n`)
      .join(''),
  );
  const file = `${name}-1-1-any.pkg.tar.zst`;
  execFileSync('bsdtar', ['--zstd', '-cf', join(repository, file), '-C', content, '.PKGINFO', 'usr']);
  return file;
}
