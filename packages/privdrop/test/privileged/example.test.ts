import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { missing } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

describe.skipIf(missing('root', 'linux'))('the example of a server', () => {
  it('binds a port below 1024 as root and answers as nobody', async () => {
    const example = fileURLToPath(new URL('../../examples/server.mjs', import.meta.url));
    const server = spawn(process.execPath, [example, '997'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(server.stdout, 'data')) as [Buffer];
    expect(line.toString()).toBe('listening on port 997; privileges dropped: full\n');
    const answer = await fetch('http://127.0.0.1:997/');
    expect(await answer.text()).toBe('served by uid 65534\n');
    server.kill();
    await once(server, 'exit');
  });
});
