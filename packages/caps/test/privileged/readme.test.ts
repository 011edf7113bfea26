import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { missing, runProgram, stage } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** Of a copy that every user can read. */
const moduleOf = (name: string) =>
  JSON.stringify(pathToFileURL(join(stage(), 'node_modules/@sb', name, 'dist/index.js')).href);

/** The JavaScript below a heading of the README, as it is printed there. */
function blocks(heading: string): readonly string[] {
  const [, section = ''] = `\n${readme}`.split(`\n${heading}\n`);
  const [own = ''] = section.split(/\n#{1,3} /);
  return [...own.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, code = '']) => code);
}

/** What the blocks take for granted, and what is in force when a block has run. */
const before = `import { createServer } from 'node:http';
  import * as privdrop from ${moduleOf('privdrop')};
  const answer = (_request, response) => response.end(String(process.getuid()));\n`;
const after = `
  console.log(JSON.stringify({ uid: process.getuid(), text: caps.format(caps.get()), state: caps.get() }));`;

interface InForce {
  readonly uid: number;
  readonly text: string;
  readonly state: { readonly bounding: readonly string[]; readonly noNewPrivs: boolean };
}

describe.skipIf(missing('root', 'linux', 'unshare', 'libcap'))('the README', () => {
  /** Runs code as it is printed, in a network of its own, where port 80 is free. */
  async function run(code: string, { last = after, user = {} } = {}): Promise<string> {
    const imports = code.includes("from '@sb/caps'") ? '' : `import * as caps from '@sb/caps';\n`;
    const script = `${before}${imports}${code}${last}`.replace("'@sb/caps'", moduleOf('caps'));
    const node = [process.execPath, '--input-type=module', '-e', script];
    const [file, ...args] =
      Object.keys(user).length > 0
        ? node
        : ['unshare', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', ...node];
    const { status, stdout, stderr } = await runProgram(file ?? '', args, user);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return stdout;
  }
  const inForce = async (code: string, user = {}) => JSON.parse(await run(code, { user })) as InForce;

  it('its first lines leave nothing', async () => {
    const [first = ''] = blocks('# @sb/caps');
    expect(await inForce(first)).toMatchObject({ text: '=', state: { bounding: [], noNewPrivs: true } });
  });

  it('its defaults are the defaults, and every call that it shows can be made', async () => {
    const [use = ''] = blocks('## Use');
    const here = use.replace('1234', 'process.ppid').replace('/usr/bin/ping', process.execPath);
    expect(here).not.toContain('1234');
    const result = await inForce(here);
    expect(result).toMatchObject({
      uid: 0,
      text: 'cap_net_bind_service=ep',
      state: { bounding: [], noNewPrivs: true },
    });
    const [, shown = ''] = /caps\.policy\(([^]*?)\),\n\);/.exec(use) ?? [];
    const compared = `console.log(JSON.stringify([caps.policy(${shown}), caps.policy({ keep: ['cap_net_bind_service'] })]));`;
    const [written, short] = JSON.parse(await run(compared, { last: '' })) as unknown[];
    expect(written).toEqual(short);
  });

  it('a server binds port 80 as an ordinary user', async () => {
    const [server = ''] = blocks('### A server that binds port 80 as an ordinary user');
    expect(server).toContain('.listen(80)');
    const asked = `const { text } = await fetch('http://127.0.0.1:80/').then(async (got) => ({ text: await got.text() }));
      console.log(JSON.stringify({ text, kept: caps.format(caps.get()), user: process.getuid() })); process.exit(0);`;
    const kept = 'cap_net_bind_service=ep';
    expect(JSON.parse(await run(server, { last: asked }))).toEqual({ text: '65534', kept, user: 65_534 });
    // Control: the same lines without the capability to keep can't bind it.
    const without = server.replace("keep: ['cap_net_bind_service']", 'keep: []');
    expect(without).not.toBe(server);
    const refused = `process.on('uncaughtException', ({ code }) => { console.log(code); process.exit(0); });`;
    expect(await run(without, { last: refused })).toBe('EACCES\n');
  });

  it('a root process gives everything up', async () => {
    const [code = ''] = blocks('### A root process that gives everything up');
    const [restrict = '', become = ''] = code.split('\n');
    const last = `try { ${become.split('//')[0]} } catch (error) { console.log(status, error.code, process.getuid()); }`;
    expect(await run(restrict, { last: `\n${last}` })).toBe('full EPERM 0\n');
    // Control: before it root can.
    expect(await run(`const status = 'none'; ${become}`, { last: '\nconsole.log(process.getuid());' })).toBe('1\n');
  });

  it('an ordinary user gives up what it can', async () => {
    const [code = ''] = blocks('## As an ordinary user');
    const result = await inForce(code, { uid: 65_534, gid: 65_534 });
    expect(result).toMatchObject({ uid: 65_534, text: '=', state: { noNewPrivs: true } });
    expect(result.state.bounding).not.toEqual([]);
  });
});
