import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a configuration is written from. */
export interface Place {
  /** A folder of the server's own. */
  readonly folder: string;
  /** What it serves. */
  readonly root: string;
  /** Certificate, its authority's left out. */
  readonly cert: string;
  readonly key: string;
  readonly http: number;
  readonly https: number;
  /** Port of a server to stand in front of. */
  readonly behind: number;
}

/** A server program as Debian has it. */
export interface ServerProgram {
  readonly program: string;
  /** The file of its configuration, and its text. */
  readonly config: (place: Place) => readonly [name: string, text: string];
  /** Arguments that make it run in the foreground. */
  readonly args: (file: string, place: Place) => readonly string[];
  /** Whether it has files of its own, rather than another server's. */
  readonly servesFiles: boolean;
}

const nginx: ServerProgram = {
  program: '/usr/sbin/nginx',
  servesFiles: true,
  args: (file, { folder }) => ['-p', folder, '-c', file],
  config: ({ folder, root, cert, key, http, https }) => {
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${folder}/${name};`,
    );
    return [
      'nginx.conf',
      `daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr; user root;
       events { worker_connections 64; }
       http {
         access_log off; ${temporary.join(' ')}
         server {
           listen 127.0.0.1:${http}; listen 127.0.0.1:${https} ssl; root ${root};
           ssl_certificate ${cert}; ssl_certificate_key ${key};
         }
       }`,
    ];
  },
};

const apache: ServerProgram = {
  program: '/usr/sbin/apache2',
  servesFiles: true,
  args: (file) => ['-f', file, '-D', 'FOREGROUND'],
  config: ({ folder, root, cert, key, http, https }) => {
    const modules = ['mpm_event', 'authz_core', 'ssl'].map(
      (name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`,
    );
    return [
      'apache.conf',
      `${modules.join('\n')}
       ServerRoot ${folder}
       ServerName localhost
       PidFile ${folder}/pid
       ErrorLog ${folder}/error.log
       DefaultRuntimeDir ${folder}
       User www-data
       Group www-data
       Listen 127.0.0.1:${http}
       Listen 127.0.0.1:${https}
       DocumentRoot ${root}
       <VirtualHost 127.0.0.1:${https}>
         DocumentRoot ${root}
         SSLEngine on
         SSLCertificateFile ${cert}
         SSLCertificateKeyFile ${key}
       </VirtualHost>`,
    ];
  },
};

const lighttpd: ServerProgram = {
  program: '/usr/sbin/lighttpd',
  servesFiles: true,
  args: (file) => ['-D', '-f', file],
  config: ({ root, cert, key, http, https }) => [
    'lighttpd.conf',
    `server.modules = ("mod_openssl")
     server.document-root = "${root}"
     server.bind = "127.0.0.1"
     server.port = ${http}
     $SERVER["socket"] == "127.0.0.1:${https}" {
       ssl.engine = "enable"
       ssl.pemfile = "${cert}"
       ssl.privkey = "${key}"
     }`,
  ],
};

const caddy: ServerProgram = {
  program: '/usr/bin/caddy',
  servesFiles: true,
  args: (file) => ['run', '--config', file, '--adapter', 'caddyfile'],
  config: ({ root, cert, key, http, https }) => [
    'Caddyfile',
    `{
       admin off
       auto_https off
     }
     http://127.0.0.1:${http} {
       root * ${root}
       file_server
     }
     https://127.0.0.1:${https} {
       tls ${cert} ${key}
       root * ${root}
       file_server
     }`,
  ],
};

const haproxy: ServerProgram = {
  program: '/usr/sbin/haproxy',
  servesFiles: false,
  args: (file) => ['-db', '-f', file],
  config: ({ cert, key, http, https, behind }) => [
    'haproxy.cfg',
    `global
         maxconn 100
       defaults
         mode http
         timeout connect 5s
         timeout client 30s
         timeout server 30s
       crt-store test
         load crt ${cert} key ${key} alias own
       frontend front
         bind 127.0.0.1:${http}
         bind 127.0.0.1:${https} ssl crt @test/own
         default_backend back
       backend back
         server one 127.0.0.1:${behind}
`,
  ],
};

/** Every server that is tried. */
export const serverPrograms = { nginx, apache, lighttpd, caddy, haproxy } as const;

/** Writes a server's configuration. */
export function configure({ program, config, args }: ServerProgram, place: Place): readonly string[] {
  mkdirSync(place.folder, { recursive: true });
  const [name, text] = config(place);
  const file = join(place.folder, name);
  writeFileSync(file, text);
  return [program, ...args(file, place)];
}

/** The command of squid as a proxy that everybody on this machine may use. */
export function configureSquid(folder: string, port: number): readonly string[] {
  mkdirSync(folder);
  // It becomes a user of its own, and writes its logs as that one.
  chmodSync(folder, 0o777);
  const file = join(folder, 'squid.conf');
  writeFileSync(
    file,
    `http_port 127.0.0.1:${port}
     http_access allow localhost
     http_access deny all
     cache deny all
     cache_mem 8 MB
     access_log stdio:${folder}/access.log
     cache_log ${folder}/cache.log
     pid_filename none
     coredump_dir ${folder}
     shutdown_lifetime 0 seconds
     pinger_enable off
`,
  );
  return ['/usr/sbin/squid', '-N', '-f', file];
}
