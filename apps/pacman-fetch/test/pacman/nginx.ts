import type { Certificate } from '@sb/test-kit';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';

import { eventually } from '../kit/fetch-program.js';

/** A real web server on loopback that serves a folder by http and https. */
export interface Nginx extends AsyncDisposable {
  readonly http: string;
  readonly https: string;
  /** Lines of its access log: status, path, user agent. */
  log(): readonly string[];
}

/**
 * Starts Debian's or Arch's nginx with a configuration of its own.
 *
 * @param folder - for its files
 * @param root - what it serves
 * @param certificate - for https
 */
export async function startNginx(folder: string, root: string, certificate: Certificate): Promise<Nginx> {
  const own = join(folder, 'nginx');
  mkdirSync(own);
  const [http, https] = [await freePort(), await freePort()];
  writeFileSync(join(own, 'cert.pem'), certificate.cert);
  writeFileSync(join(own, 'key.pem'), certificate.key, { mode: 0o600 });
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${own}/${name};`,
  );
  writeFileSync(
    join(own, 'nginx.conf'),
    `daemon off; worker_processes 1; pid ${own}/pid; error_log ${own}/error.log; user root;
     events { worker_connections 64; }
     http {
       log_format short '$status $request_uri $http_user_agent'; access_log ${own}/access.log short;
       ${temporary.join(' ')}
       server {
         listen 127.0.0.1:${http}; listen 127.0.0.1:${https} ssl; root ${root};
         location /slow/ { alias ${root}/; limit_rate 1m; }
         ssl_certificate ${own}/cert.pem; ssl_certificate_key ${own}/key.pem;
       }
     }`,
  );
  const server = spawn('nginx', ['-p', own, '-c', join(own, 'nginx.conf')], {
    stdio: 'ignore',
    env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` },
  });
  for (const port of [http, https]) await reachable(server, port);
  return {
    http: `http://127.0.0.1:${http}`,
    https: `https://127.0.0.1:${https}`,
    log: () => readFileSync(join(own, 'access.log'), 'utf8').trim().split('\n'),
    [Symbol.asyncDispose]: async () => {
      const ended = new Promise((resolve) => {
        server.once('exit', resolve);
      });
      server.kill('SIGTERM');
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

async function reachable(server: ChildProcess, port: number): Promise<void> {
  let isOpen = false;
  await eventually(`nginx on port ${port}`, () => {
    if (server.exitCode !== null) throw new Error(`nginx ended with ${server.exitCode}`);
    const socket = connect(port, '127.0.0.1', () => {
      isOpen = true;
      socket.destroy();
    });
    socket.on('error', () => socket.destroy());
    return isOpen;
  });
}
