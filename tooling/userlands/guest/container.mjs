// The container file of examples/docker, line by line, where there is no container engine: the same instructions in the same
// files, with the capabilities that Docker leaves. An instruction that is new is a failure, not a thing to pass over.
// @ts-check
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { has, run, same, succeeded } from './checks.mjs';
import { packedPackages } from './install.mjs';
import { serve } from './server.mjs';

/** What the image that it begins with has, beside the files of Debian 12. */
const base = { image: /^node:(\d+)-bookworm-slim$/, user: 'node', id: 1000 };

/** Starts a program with the capabilities that Docker leaves. */
function confined() {
  const { capabilities } = JSON.parse(readFileSync('/sb/containers/docker-default.json', 'utf8'));
  const names = capabilities.map((/** @type {string} */ name) => `+${name}`).join(',');
  return ['/usr/bin/setpriv', `--bounding-set=-all,${names}`, '--inh-caps=-all'];
}

/** The image: Node and npm where it has them, and its user. */
function prepareBase() {
  symlinkSync(process.execPath, '/usr/local/bin/node');
  symlinkSync('/sb/npm/bin/npm-cli.js', '/usr/local/bin/npm');
  const { user, id } = base;
  appendFileSync('/etc/passwd', `${user}:x:${id}:${id}::/home/${user}:/bin/sh\n`);
  appendFileSync('/etc/group', `${user}:x:${id}:\n`);
}

/** The directory that the image is made of: the files of the example, and the packed packages in `packages`. */
function context() {
  const folder = mkdtempSync('/tmp/sb-context-');
  cpSync('/sb/docker', folder, { recursive: true });
  mkdirSync(join(folder, 'packages'), { recursive: true });
  for (const [name, file] of packedPackages())
    if (name.startsWith('@sb/')) cpSync(file, join(folder, 'packages', file.split('/').at(-1) ?? ''));
  return folder;
}

class Container {
  #folder = '/';
  #user = 'root';
  /** @type {readonly string[]} */
  #entrypoint = [];
  #context = context();

  /** @param {readonly string[]} command */
  async #run(command) {
    const [file = '', ...before] = confined();
    const user = this.#user === 'root' ? [] : ['--reuid', this.#user, '--regid', this.#user, '--clear-groups'];
    // There is no network, and npm would wait for one for minutes before it does without.
    const env = {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: '/tmp',
      npm_config_offline: 'true',
    };
    return await run(file, [...before, ...user, '--', ...command], { cwd: this.#folder, env });
  }

  /** @type {Readonly<Record<string, (words: string) => unknown>>} */
  #instructions = {
    FROM: (image) => {
      const [, release] = base.image.exec(image) ?? [];
      same(release, process.versions.node.split('.')[0], 'the file begins with another image than this is');
      prepareBase();
    },
    WORKDIR: (folder) => {
      mkdirSync(folder, { recursive: true });
      this.#folder = folder;
    },
    COPY: (words) => {
      const paths = words.split(' ');
      const target = resolve(this.#folder, paths.at(-1) ?? '');
      for (const one of paths.slice(0, -1)) {
        const source = join(this.#context, one);
        cpSync(source, words.endsWith('/') ? join(target, one) : target, { recursive: true });
      }
    },
    RUN: async (command) => succeeded(await this.#run(['/bin/sh', '-c', command])),
    USER: (user) => {
      same(user, base.user);
      this.#user = user;
    },
    ENTRYPOINT: (words) => {
      this.#entrypoint = JSON.parse(words);
    },
  };

  /** @param {string} line */
  async build(line) {
    const [, name = '', words = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    const instruction = this.#instructions[name];
    if (instruction === undefined) throw new Error(`this matrix does not know ${line}`);
    await instruction(words);
  }

  /** Starts it as `docker run` does. @param {readonly string[]} args */
  async start(args) {
    same(this.#user, base.user, 'the container runs as an ordinary user');
    return await this.#run([...this.#entrypoint, ...args]);
  }
}

/** @param {import('./checks.mjs').Checks} tests */
export async function checks(tests) {
  const text = readFileSync('/sb/docker/Dockerfile', 'utf8');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const container = new Container();
  for (const line of lines) await tests.test(`examples/docker: ${line}`, async () => await container.build(line));
  const { origin, close } = await serve();
  await tests.test('the container downloads, and its self-test is full', async () => {
    const said = succeeded(await container.start([`${origin}/page`]));
    has(said, 'done /tmp/file (worker: ');
    has(said, '; in force: full\n');
    same(readFileSync('/tmp/file', 'utf8'), 'page');
  });
  await tests.test('the container fails where the download does', async () => {
    const { status, stdout } = await container.start([`${origin}/nothing`]);
    same(status, 1);
    has(stdout, 'failed');
    same(readdirSync('/app').includes('node_modules'), true);
  });
  close();
}
