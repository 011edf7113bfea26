import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';

import { missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { afterAll, describe, expect, it } from 'vitest';

import { environment, program, runFetch } from './kit/fetch-program.js';

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());
mkdirSync(folder.file('pacman.d'));
const config = folder.file('pacman.conf');

function write(pacmanConf: readonly string[], own: readonly string[]): void {
  const cache = `CacheDir = ${folder.path}/`;
  const repository = [
    '[core]',
    'CacheServer = http://c.example:8080',
    'Server = https://m.example:8443/$repo',
    'Server = http://n.example/$repo',
  ];
  writeFileSync(config, ['[options]', cache, ...pacmanConf, ...repository, ''].join('\n'));
  writeFileSync(folder.file('pacman.d', 'pacman-fetch.conf'), ['[options]', ...own, ''].join('\n'));
}

const explain = async (env: Readonly<Record<string, string>> = {}) =>
  await runFetch(['explain', '--verbose', '-c', config], env);
const explainShort = async () => await runFetch(['explain', '-c', config]);

/** Without what is there for the eye. */
function unwrapped(text: string): string {
  return text
    .replaceAll(/\n {16}(?!execute|write)/g, ' ')
    .replaceAll(/ +/g, ' ')
    .replaceAll(/^ /gm, '');
}

describe.skipIf(missing('root', 'linux'))('pacman-fetch explain', () => {
  it('says who, where, which ports and which calls, for the worker and for XferCommand', async () => {
    const own = [
      'XferCommand = /usr/bin/curl -fLo %o %u',
      'SandboxWritable = /var/tmp',
      'SandboxReadable = /srv',
      'SandboxDenySyscalls = ptrace',
      'SandboxPorts = 21',
    ];
    write(['DownloadUser = nobody', 'DisableSandboxSyscalls'], ['SandboxSyscalls = require', ...own]);
    const { status, stdout, stderr } = await explain({ https_proxy: 'http://proxy.example:3128' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const [user, files, layers, worker, self, command] = stdout.split('\n\n').map(unwrapped);
    expect(user).toBe(`User\nnobody, uid 65534, gid 65534 (DownloadUser in ${config}:3)`);
    expect(files).toContain(`packages ${folder.path}/\n`);
    expect(files).toContain('servers c.example:8080 m.example:8443 n.example\n');
    expect(layers).toMatch(/^system calls \(seccomp\) required \(.*pacman-fetch\.conf:2\)$/m);
    expect(worker).toContain('connect_tcp: 21, 80, 443, 3128, 8080, 8443; UDP: not restricted\n');
    expect(worker).toMatch(/^system calls network-client; .*denied too: execve ptrace;/m);
    expect(worker).toMatch(/^write \/dev\/null$/m);
    expect(worker).toMatch(/^files read .* \/srv$/m);
    expect(self).toMatch(/^-o FILE URL: /);
    expect(self).toMatch(/^system calls network-client-running; .*denied too: ptrace;/m);
    expect(self).toMatch(/^write \/dev\/null$/m);
    expect(self).not.toContain('ends with its starter');
    expect(command).toMatch(/^XferCommand: \/usr\/bin\/curl -fLo %o %u \(.*pacman-fetch\.conf:3\)\n/);
    expect(command).toMatch(/^write \/dev\/null \S+\/pacman-fetch-XXXXXX \/var\/tmp$/m);
    expect(command).toMatch(/^system calls deny-dangerous; .*denied too: ptrace;/m);
    expect(command).toContain('connect_tcp: 21, 80, 443, 3128, 8080, 8443; UDP: not restricted\n');
  });

  it('fits a screen of 24 lines and 80 columns without --verbose, as the worker and as a command', async () => {
    const servers = Array.from({ length: 300 }, (_, index) => `Server = https://mirror${index}.example/$repo`);
    const commands = [[], ['XferCommand = /usr/bin/curl -fLo %o %u', 'SandboxSyscalls = require']];
    for (const own of commands) {
      write(['DownloadUser = nobody'], own);
      appendFileSync(config, servers.map((line) => `${line}\n`).join(''));
      const { status, stdout, stderr } = await explainShort();
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const lines = stdout.trimEnd().split('\n');
      expect(lines.length).toBeLessThanOrEqual(24);
      expect(lines.filter((line) => line.length > 80 && !line.includes(folder.path))).toEqual([]);
      const text = unwrapped(stdout);
      expect(text).toContain('nobody, uid 65534');
      expect(text).toMatch(/^servers c\.example:8080 m\.example:8443 n\.example mirror0\.example and 299 more$/m);
      expect(text).toMatch(/^files .*; write \/dev\/null/m);
      expect(text).toMatch(/^network .*connect_tcp: 80, 443, 8080, 8443/m);
      expect(text).toMatch(/^in force full$/m);
      expect(text.includes('curl')).toBe(own.length > 0);
      expect(text.includes('required system calls (seccomp)')).toBe(own.length > 0);
    }
  });

  it('says without --verbose, too, why nothing would be downloaded', async () => {
    write([], []);
    expect(await explainShort()).toMatchObject({
      status: 3,
      stdout: expect.stringContaining('Nothing is downloaded: no user to download as') as string,
    });
    write([], ['SandboxUser = daemon', 'SandboxUserSwitch = require']);
    const prefix = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, program];
    const { status, stdout } = await runProgram('setpriv', [...prefix, 'explain', '-c', config], { env: environment });
    expect(stdout).toMatch(/It would not be started: .*CAP_SETUID/s);
    expect(status).toBe(3);
  });

  it('calls a server of files the disk, and connects to no port for it', async () => {
    write(['DownloadUser = nobody'], []);
    appendFileSync(config, '[local]\nServer = file:///srv/repo\n');
    const { stdout } = await explain();
    expect(unwrapped(stdout)).toContain('servers c.example:8080 m.example:8443 n.example disk\n');
    expect(unwrapped(stdout)).toContain('connect_tcp: 80, 443, 8080, 8443; UDP: not restricted\n');
  });

  it('warns about unusable servers, and does not count their ports', async () => {
    write(['DownloadUser = nobody'], []);
    appendFileSync(config, 'Server = ftp://user:secret@f.example:2121/\n[extra]\nServer = r.example\n');
    const { status, stdout, stderr } = await explain();
    expect(status).toBe(0);
    expect(stderr.split('\n').filter((line) => line.startsWith('warning: '))).toEqual([
      `warning: ${config}:8: Server = ftp://f.example:2121/ is left out: only http, https and file are supported, not ftp`,
      `warning: ${config}:10: Server = r.example is left out: it is not a URL`,
      'warning: no usable servers configured for repository: extra',
    ]);
    expect(unwrapped(stdout)).toContain('servers c.example:8080 m.example:8443 n.example\n');
    expect(stdout).not.toContain('2121');
    // A command may know more than our worker does.
    write(['DownloadUser = nobody'], ['XferCommand = /usr/bin/curl -fLo %o %u']);
    appendFileSync(config, 'Server = ftp://f.example:2121/\n');
    const withCommand = await explain();
    expect(withCommand.stderr).toBe('');
    const [worker, command] = withCommand.stdout
      .split('\n\n')
      .slice(3)
      .filter((_, index) => index !== 1)
      .map(unwrapped);
    expect(worker).toContain('connect_tcp: 80, 443, 8080, 8443; UDP: not restricted\n');
    expect(command).toContain('connect_tcp: 80, 443, 2121, 8080, 8443; UDP: not restricted\n');
  });

  it('says that a proxy can not be used by our worker, and which port a command has for it', async () => {
    write(['DownloadUser = nobody'], []);
    const env = { http_proxy: 'ftp://user:secret@p.example:9050' };
    const { status, stdout, stderr } = await explain(env);
    expect({ status, stderr }).toEqual({ status: 3, stderr: '' });
    expect(unwrapped(stdout)).toContain(
      'It would not be started: Only http, https and SOCKS proxies are supported, not ftp',
    );
    expect(unwrapped(stdout)).toContain('connect_tcp: 80, 443, 8080, 8443, 9050; UDP: not restricted\n');
    write(['DownloadUser = nobody'], ['XferCommand = /usr/bin/curl -fLo %o %u']);
    expect((await explain(env)).status).toBe(0);
  });

  it('stays within 80 columns but for long names', async () => {
    write(['DownloadUser = nobody'], []);
    const { stdout } = await explain();
    const long = stdout.split('\n').filter((line) => line.length > 80 && line.trim().includes(' '));
    expect(long.filter((line) => !line.includes(folder.path))).toEqual([]);
  });

  it('says that nothing is restricted where nothing is', async () => {
    write(['DownloadUser = nobody'], ['UseSandbox = no']);
    const { status, stdout } = await explain();
    expect(status).toBe(0);
    expect(stdout).toContain('the user that starts pacman-fetch, even root (UseSandbox = no)');
    expect(stdout.match(/No sandbox: /g)).toHaveLength(3);
  });

  it('says why nothing would be downloaded', async () => {
    write([], []);
    expect(await explain()).toMatchObject({
      status: 3,
      stdout: expect.stringContaining('Nothing is downloaded: no user to download as') as string,
    });
  });

  it('says which required layer keeps the worker from being started', async () => {
    write([], ['SandboxUser = daemon', 'SandboxUserSwitch = require']);
    const prefix = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, program];
    const { status, stdout } = await runProgram('setpriv', [...prefix, 'explain', '-v', '-c', config], {
      env: environment,
    });
    expect(stdout).toMatch(/It would not be started: .*CAP_SETUID/s);
    expect(status).toBe(3);
    // The same where it is only preferred: it says what is missing.
    write([], ['SandboxUser = daemon']);
    const other = await runProgram('setpriv', [...prefix, 'explain', '-v', '-c', config], { env: environment });
    expect(unwrapped(other.stdout)).toMatch(/missing privdrop\.user: .*CAP_SETUID/);
    expect(other.status).toBe(0);
    // And who downloads.
    const who = 'nobody, uid 65534, gid 65534 (started as an ordinary user; as root: daemon, by SandboxUser in ';
    expect(unwrapped(other.stdout)).toContain(who);
  });

  it('lets no name do anything to the terminal', async () => {
    write(['DownloadUser = nobody', 'X\u001B[2J'], ['XferCommand = /bin/x \u001B[2J %u']);
    const { stdout, stderr } = await explain();
    expect(stdout).toContain('XferCommand: /bin/x \uFFFD[2J %u');
    expect(stderr).toContain("directive 'X\uFFFD[2J'");
    write(['DownloadUser = nobody', 'SigLevel = \u001B[2J'], []);
    expect((await explain()).stderr).toContain('SigLevel = \uFFFD[2J is invalid');
  });

  it('reports a mistake instead', async () => {
    write(['DownloadUser = nobody'], ['SandboxPorts = 0', 'SandboxPreset = nothing']);
    const { status, stdout, stderr } = await explain();
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(
      /:2: SandboxPorts = 0 names 0, which is not a port\n.*\n.*:3: SandboxPreset = nothing is invalid\n/,
    );
  });
});
