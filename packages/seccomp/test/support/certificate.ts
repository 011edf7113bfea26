import { readFileSync } from 'node:fs';

import { runProgram } from '@sb/test-kit';

/** A self-signed certificate for `localhost` and its key. */
export interface Certificate {
  /** Path of the certificate, in PEM; what a client has to trust. */
  readonly file: string;
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Makes a certificate in a folder. */
export async function certificate(folder: string): Promise<Certificate> {
  const [file, key] = [`${folder}/cert.pem`, `${folder}/key.pem`];
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'];
  const names = ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const { status, stderr } = await runProgram('openssl', [...request, ...names, '-keyout', key, '-out', file]);
  if (status !== 0) throw new Error(`openssl ended with ${status}: ${stderr}`);
  return { file, cert: readFileSync(file), key: readFileSync(key) };
}
