import { isAbsolute, join } from 'node:path';

import { isProgram } from '@sb/files';

import { originText } from '../config/place.js';
import type { SandboxSettings } from '../config/sandbox-settings.js';
import { wordsOf } from '../config/words.js';
import type { Finding } from './diagnosis.js';

/** Finds what prevents downloads by the program of XferCommand, or by the built-in worker. */
export async function examineDownloader(settings: SandboxSettings): Promise<readonly Finding[]> {
  return settings.xferCommand === undefined ? await deniedCalls(settings) : missingProgram(settings.xferCommand);
}

function missingProgram({ text, origin }: NonNullable<SandboxSettings['xferCommand']>): readonly Finding[] {
  const [program = ''] = wordsOf(text) ?? [];
  // It starts in its own staging directory, where a relative path leads nowhere.
  const folders = program.includes('/') ? [] : (process.env['PATH'] ?? '').split(':');
  const candidates = isAbsolute(program) ? [program] : folders.map((folder) => join(folder, program));
  if (candidates.some(isProgram)) return [];
  return [
    {
      level: 'broken',
      what: `${originText(origin)}: XferCommand names ${program}, which is not an executable program here`,
      remedy: 'Install it, or correct the path.',
    },
  ];
}

/** Denied calls that a download uses; `@sb/seccomp` is loaded only if a call is named. */
async function deniedCalls({ denySyscalls }: SandboxSettings): Promise<readonly Finding[]> {
  if (denySyscalls.length === 0) return [];
  const { expandGroup } = await import('@sb/seccomp');
  const used = expandGroup('@network-client-running');
  return denySyscalls.flatMap(({ text, origin }): readonly Finding[] => {
    const names = text.startsWith('@') ? [...expandGroup(text).keys()] : [text];
    const inUse = names.filter((name) => used.has(name));
    if (inUse.length === 0) return [];
    const shown = inUse.length > 3 ? `${inUse.slice(0, 3).join(', ')} and ${inUse.length - 3} more` : inUse.join(', ');
    return [
      {
        level: 'note',
        what: `${originText(origin)}: SandboxDenySyscalls denies calls that the built-in worker may need: ${shown}`,
        remedy: 'Remove these calls from it if downloads fail.',
      },
    ];
  });
}
