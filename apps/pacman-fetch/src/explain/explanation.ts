import { isSandboxError } from '@sb/core';
import { createSandbox, type SandboxOptions } from '@sb/sandbox';

import { type Origin, originText } from '../config/place.js';
import { type Charset, printable } from '../ui/text.js';
import type { SandboxLayer, SandboxSettings } from '../config/sandbox-settings.js';

/** A part of the explanation. */
export interface Part {
  readonly title: string;
  /** Lines of text. */
  readonly lines: readonly string[];
  /** Whether this can be done on this machine. */
  readonly isPossible: boolean;
}

/**
 * Describes what a program may do in its sandbox, in the words of `@sb/sandbox`. Examines the kernel; starts nothing.
 *
 * @param title - of the program
 * @param options - from `sandboxOptions`
 */
export function explainProgram(title: string, options: SandboxOptions | undefined): Part {
  if (options === undefined) {
    return {
      title,
      lines: ['No sandbox: it may do everything that the user of pacman-fetch may do.'],
      isPossible: true,
    };
  }
  try {
    const lines = createSandbox(options).explain().trimEnd().split('\n');
    return { title, lines, isPossible: true };
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    return { title, lines: [`It would not be started: ${error.message}`], isPossible: false };
  }
}

/** The layers, in words. */
export const layerTexts: Readonly<Record<SandboxLayer, string>> = {
  userSwitch: 'change of user',
  capabilities: 'capabilities',
  filesystem: 'files and network (Landlock)',
  syscalls: 'system calls (seccomp)',
};

/** The levels, in words. */
export const levelTexts = { require: 'required', prefer: 'where possible', off: 'off' } as const;

/** Which layers are required, and where that was set. */
export function explainLevels({ levels }: SandboxSettings): Part {
  const lines = (Object.keys(layerTexts) as SandboxLayer[]).map((layer) => {
    const { word, origin } = levels[layer];
    return `${layerTexts[layer].padEnd(29)} ${levelTexts[word]} ${originNote(origin)}`;
  });
  return { title: 'Layers: without a required one, nothing is downloaded', lines, isPossible: true };
}

/** The origin of a value, in parentheses. */
export function originNote(origin: Origin): string {
  return `(${originText(origin)})`;
}

/** Columns of a line, and the indent of a continued text. */
const width = 80;
const hanging = 16;

/**
 * Joins all parts to one text, no wider than 80 columns if it has spaces to break at.
 *
 * @param charset - of the terminal; control characters from files are replaced
 * @param isWhole - whether the text is long, so that empty lines separate the parts
 */
export function explanationText(parts: readonly Part[], charset: Charset, isWhole: boolean): string {
  const shown = (line: string) => printable(line, charset);
  const texts = parts.map(({ title, lines }) =>
    [shown(title), ...lines.flatMap((line) => wrapped(`  ${shown(line)}`)), ''].join('\n'),
  );
  return texts.join(isWhole ? '\n' : '');
}

function wrapped(line: string): readonly string[] {
  if (line.length <= width) return [line];
  const space = line.lastIndexOf(' ', width);
  const at = space > hanging ? space : line.indexOf(' ', width);
  if (at < 0) return [line];
  return [line.slice(0, at), ...wrapped(`${' '.repeat(hanging)}${line.slice(at + 1)}`)];
}
