import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { missing, runProgram } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

const example = (name: string) => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));
const port = String(600 + (process.pid % 400));

describe.skipIf(missing('root', 'linux'))('the examples', () => {
  it('a server binds a low port as an ordinary user', async () => {
    const server = spawn(process.execPath, [example('bind-port-80.mjs'), port], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const lines: string[] = [];
      for await (const line of createInterface(server.stdout)) if (lines.push(line) === 2) break;
      expect(lines).toEqual(['uid 65534 with cap_net_bind_service=ep: restricted full', `listening on port ${port}`]);
      const answer = await fetch(`http://127.0.0.1:${port}/`);
      expect(await answer.text()).toBe('served by uid 65534\n');
    } finally {
      server.kill();
      await once(server, 'exit');
    }
  });

  it('a server without the capability can not', async () => {
    // The control of the one above: the same change of user, and nothing kept.
    const script = `import { createServer } from 'node:http'; process.setgid(65534); process.setuid(65534);
      createServer().on('error', ({ code }) => console.log(code)).listen(${port}, '127.0.0.1', () => process.exit(1));`;
    const { status, stdout } = await runProgram(process.execPath, ['--input-type=module', '-e', script]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'EACCES\n' });
  });

  it('root gives everything up', async () => {
    const { status, stdout, stderr } = await runProgram(process.execPath, [example('give-everything-up.mjs')]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      'restricted: full',
      '  capabilities: enforced',
      '  keep: off',
      '  ambient: off',
      '  bounding: enforced',
      '  securebits: enforced',
      '  no_new_privs: enforced',
      'uid 0 has "="',
      'a program started now has CapEff:\t0000000000000000',
      'switching to another user: refused',
      'changing the root directory: refused',
      '',
    ]);
  });
});
