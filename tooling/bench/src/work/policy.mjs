// Starts a program under a policy that names all files of a folder. Argument: the folder.
// @ts-check
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { createSandbox } from '@sb/sandbox';

const [folder = ''] = process.argv.slice(2);
const ro = readdirSync(folder).map((name) => join(folder, name));
const sandbox = createSandbox({ landlock: { preset: 'minimal', paths: [{ rx: ['/usr', '/lib', '/lib64'] }, { ro }] } });
const { exitCode } = await sandbox.run('/bin/true');
if (exitCode !== 0) throw new Error(`the program ended with ${exitCode}`);
