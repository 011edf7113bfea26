import { archiveOf } from './archive.js';

/** A package file, as a database describes it. */
export interface DemoPackage {
  /** `NAME-VERSION-RELEASE-ARCHITECTURE.pkg.tar.gz`. */
  readonly file: string;
  readonly name: string;
  /** `VERSION-RELEASE`. */
  readonly version: string;
  readonly arch: string;
  /** Bytes of the file, and of the files that it installs. */
  readonly size: number;
  readonly installed: number;
  readonly sha256: string;
}

/** pacman compares this text between a database and the package itself. */
export const description = 'demonstration';
export const buildDate = 1;

/** A database of packages, as repo-add(8) makes it: a compressed tar archive with a `desc` for each. */
export function databaseOf(packages: readonly DemoPackage[]): Buffer {
  return archiveOf(
    packages.map(({ file, name, version, arch, size, installed, sha256 }) => ({
      path: `${name}-${version}/desc`,
      content: fieldsText({
        FILENAME: file,
        NAME: name,
        BASE: name,
        VERSION: version,
        DESC: description,
        CSIZE: size,
        ISIZE: installed,
        SHA256SUM: sha256,
        ARCH: arch,
        BUILDDATE: buildDate,
      }),
    })),
  );
}

/** Returns the entry of an installed package in pacman's own database. */
export function installedText({ name, arch }: DemoPackage, version: string): string {
  return fieldsText({ NAME: name, VERSION: version, ARCH: arch, INSTALLDATE: 1, SIZE: 1 });
}

function fieldsText(fields: Readonly<Record<string, string | number>>): string {
  return Object.entries(fields)
    .map(([key, value]) => `%${key}%\n${value}\n\n`)
    .join('');
}
