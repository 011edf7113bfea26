/* A group that no other process has keeps other processes of the same user out. */
import { execFileSync } from 'node:child_process';

import { policy } from '@sb/privdrop';
import { compileC, compileFixture, missing, runFixture, runProgram, stage } from '@sb/test-kit';
import { beforeAll, describe, expect, it } from 'vitest';

const fixture = new URL('fixtures/private-group.ts', import.meta.url);
const idOf = (flag: string, user: string) => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
