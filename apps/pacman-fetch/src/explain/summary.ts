import type { SandboxLayer, SandboxSettings } from '../config/sandbox-settings.js';
import { layerTexts, levelTexts, type Part } from './explanation.js';

/** The lines about a program that a summary keeps. */
const kept = /^(?:user|capabilities|network|system calls|missing|in force) /;

/** The most servers that are named. */
const maxNamed = 4;

const column = 14;

/** What a summary says of one program: the lines that are not of the same kind for every program. */
export function programSummary({ title, lines, isPossible }: Part): Part {
  const isExplained = lines.some((line) => line.startsWith('in force '));
  const short = isExplained
    ? lines.flatMap((line) => (line.startsWith('files ') ? filesLine(lines) : keptLine(line)))
    : lines;
  return { title, lines: short, isPossible };
}

/** The layers by their levels. */
export function levelSummary({ levels }: SandboxSettings): Part {
  const all = Object.keys(layerTexts) as SandboxLayer[];
  const lines = Object.entries(levelTexts).flatMap(([word, text]) => {
    const layers = all.filter((layer) => levels[layer].word === word);
    return layers.length === 0
      ? []
      : [`${text.padEnd(column + 2)}${layers.map((layer) => layerTexts[layer]).join(', ')}`];
  });
  return { title: 'Layers: without a required one, nothing is downloaded', lines, isPossible: true };
}

/** The first of many servers, and how many there are. */
export function fewServers(hosts: readonly string[]): string {
  if (hosts.length <= maxNamed + 1) return hosts.join(' ') || 'none';
  return `${hosts.slice(0, maxNamed).join(' ')} and ${hosts.length - maxNamed} more`;
}

function keptLine(line: string): readonly string[] {
  return kept.test(line) ? [line] : [];
}

/** Paths to read and execute are counted, and those to write are named. */
function filesLine(lines: readonly string[]): readonly string[] {
  const start = lines.findIndex((line) => line.startsWith('files '));
  const more = lines.slice(start + 1).findIndex((line) => !line.startsWith(' '));
  const own = lines.slice(start, more < 0 ? undefined : start + 1 + more).map((line) => line.slice(column));
  const texts = own.map((text) => {
    const [verb = '', ...paths] = text.split(' ');
    if (verb === 'write') return text;
    // What is readable besides everything is a few devices.
    return paths[0]?.startsWith('/') === true ? `${verb} ${paths.length} paths` : (text.split(';')[0] ?? text);
  });
  return [`${'files'.padEnd(column)}${texts.join('; ')}`];
}
