// nginx in front of a folder, over HTTP and HTTPS.
// @ts-check
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const [httpPort, httpsPort] = [8080, 8443];

/**
 * @typedef {object} Server
 * @property {string} http its address
 * @property {string} https its address
 * @property {string} authority a file with the certificate to trust
 * @property {() => Promise<void>} close
 */

/**
 * @param {import('./network.mjs').Network} network
 * @param {string} root the directory that is served
 * @param {string} scratch
 * @returns {Promise<Server>}
 */
export async function startServer({ server: [file = '', ...args], address }, root, scratch) {
  const [key, authority, config] = ['key.pem', 'cert.pem', 'nginx.conf'].map((name) => join(scratch, name));
  const subject = ['-subj', '/CN=bench', '-addext', `subjectAltName=IP:${address}`];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  const request = ['req', '-x509', ...curve, '-nodes', '-days', '2', ...subject];
  execFileSync('openssl', [...request, '-keyout', key ?? '', '-out', authority ?? ''], { stdio: 'pipe' });
  const main = `daemon off; worker_processes 1; pid ${scratch}/nginx.pid; error_log stderr error; user root;`;
  const http = `access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000; root ${root};`;
  const tls = `listen ${httpsPort} ssl; ssl_certificate ${authority}; ssl_certificate_key ${key};`;
  const text = `${main} events { } http { ${http} server { listen ${httpPort}; ${tls} } }`;
  writeFileSync(config ?? '', text);
  const nginx = spawn(file, [...args, 'nginx', '-e', 'stderr', '-c', config ?? ''], { stdio: 'inherit' });
  await setTimeout(500);
  if (nginx.exitCode !== null) throw new Error('nginx does not start');
  return {
    http: `http://${address}:${httpPort}`,
    https: `https://${address}:${httpsPort}`,
    authority: authority ?? '',
    close: async () => {
      nginx.kill();
      await once(nginx, 'exit');
    },
  };
}
