import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate and its key, as PEM texts. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** What differs from an ordinary certificate. */
interface OddCertificate {
  /** Lines of an extension file, for instance `subjectAltName=IP:127.0.0.1`. */
  readonly extensions: string;
  /** How the key is made, in openssl's words. Default: an EC key. */
  readonly key?: readonly string[];
  /** How long it holds, in openssl's words. Default: thirty days. */
  readonly validity?: readonly string[];
}

/** A certificate authority for one test, in a separate directory. */
export interface Authority {
  /** Path of its certificate. */
  readonly file: string;
  /** Issues a certificate for `subjectAltName`, for instance `IP:127.0.0.1`, and a validity in openssl's words. */
  issue(name: string, subjectAltName: string, validity?: readonly string[]): Certificate;
  /** The same with any extensions, and any key. */
  issueOdd(name: string, odd: OddCertificate): Certificate;
  /** An authority below this one, which comes with the certificates that it issues; its key in openssl's words. */
  intermediate(name: string, key: readonly string[]): Authority;
}

const openssl = (folder: string, args: readonly string[]): void => {
  execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
};

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

const issuing = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign'] as const;

/**
 * Makes a certificate authority with openssl(1).
 *
 * @param key - how its key is made, in openssl's words. Default: an EC key
 */
export function makeAuthority(folder: string, key: readonly string[] = newKey): Authority {
  const usage = issuing.flatMap((extension) => ['-addext', extension]);
  openssl(folder, ['req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=test CA', ...usage]);
  return authorityOf(folder, 'ca');
}

/**
 * @param issuer - name of the files of its certificate and key
 * @param chain - certificates that its own are followed by: its own one, unless clients know it already
 */
function authorityOf(folder: string, issuer: string, chain = ''): Authority {
  const issueOdd = (name: string, odd: OddCertificate): Certificate => {
    const { extensions, key = newKey, validity = ['-days', '30'] } = odd;
    const request = ['-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`];
    openssl(folder, ['req', ...key, ...request]);
    writeFileSync(join(folder, `${name}.ext`), `${extensions}\n`);
    const ca = ['-CA', `${issuer}.pem`, '-CAkey', `${issuer}.key`, '-CAcreateserial', ...validity];
    openssl(folder, ['x509', '-req', '-in', `${name}.csr`, '-out', `${name}.pem`, ...ca, '-extfile', `${name}.ext`]);
    const read = (extension: string): string => readFileSync(join(folder, `${name}.${extension}`), 'utf8');
    return { cert: `${read('pem')}${chain}`, key: read('key') };
  };
  return {
    file: join(folder, `${issuer}.pem`),
    issueOdd,
    issue: (name, subjectAltName, validity = ['-days', '30']) =>
      issueOdd(name, { extensions: `subjectAltName=${subjectAltName}`, validity }),
    intermediate: (name, key) =>
      authorityOf(folder, name, issueOdd(name, { extensions: issuing.join('\n'), key }).cert),
  };
}
