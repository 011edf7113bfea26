import { type Certificate, freePorts } from '@sb/test-kit';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
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
  writeFileSync(join(own, 'cert.pem'), certificate.cert);
  writeFileSync(join(own, 'key.pem'), certificate.key, { mode: 0o600 });
  const { server, http, https } = await started(own, root);
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

interface Started {
  readonly server: ChildProcess;
  readonly http: number;
  readonly https: number;
}

/** On two ports that were free: until nginx has them, anybody else may be given one, so it tries a few times. */
async function started(own: string, root: string, tries = 5): Promise<Started> {
  const [http = 0, https = 0] = await freePorts(2);
  writeFileSync(join(own, 'nginx.conf'), configuration(own, root, { http, https }));
  const log = join(own, 'error.log');
  const server = spawn('nginx', ['-p', own, '-c', join(own, 'nginx.conf'), '-e', log], {
    stdio: 'ignore',
    env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` },
  });
  try {
    for (const port of [http, https]) await reachable(server, port);
    return { server, http, https };
  } catch (error) {
    server.kill('SIGTERM');
    const said = existsSync(log) ? readFileSync(log, 'utf8') : '';
    if (tries > 1 && said.includes('Address already in use')) return await started(own, root, tries - 1);
    throw new Error(`nginx did not start: ${said}`, { cause: error });
  }
}

function configuration(own: string, root: string, { http, https }: Pick<Started, 'http' | 'https'>): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${own}/${name};`,
  );
  return `daemon off; worker_processes 1; pid ${own}/pid; error_log ${own}/error.log; user root;
     events { worker_connections 64; }
     http {
       log_format short '$status $request_uri $http_user_agent'; access_log ${own}/access.log short;
       ${temporary.join(' ')}
       server {
         listen 127.0.0.1:${http}; listen 127.0.0.1:${https} ssl; root ${root};
         location /slow/ { alias ${root}/; limit_rate 1m; }
         ssl_certificate ${own}/cert.pem; ssl_certificate_key ${own}/key.pem;
       }
     }`;
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
