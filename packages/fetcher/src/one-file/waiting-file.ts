/** A file that will be requested. */
export interface ExpectedFile {
  readonly url: URL;
  /** Bytes, according to the database. */
  readonly size: number;
}

/** A file that is expected, by the parts of its URL. */
export interface Waiting {
  readonly folder: string;
  readonly name: string;
  readonly size: number;
  readonly kind: 'file' | 'signature';
}

/** The most bytes of a signature that pacman accepts. */
const maxSignature = 16 * 1024;

/** A file of the list. */
export function waitingFor({ url, size }: ExpectedFile): Waiting {
  return { ...partsOf(url), size, kind: 'file' };
}

/** The directory and the name of a URL. */
export function partsOf({ href }: URL): Pick<Waiting, 'folder' | 'name'> {
  const end = href.lastIndexOf('/') + 1;
  return { folder: href.slice(0, end), name: href.slice(end) };
}

/** The signature of a file, which lies beside it. */
export function signatureOf({ folder, name }: Waiting): Waiting {
  return { folder, name: `${name}.sig`, size: maxSignature, kind: 'signature' };
}
