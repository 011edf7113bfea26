/* Reads what others wrote, with each importer, and prints how each ended: one JSON line for all. */
import { writeSync } from 'node:fs';

import { importBwrap, importDocker, importUnit } from '@sb/sandbox';
import { parsePolicy, policy } from '@sb/seccomp';
import { fromOci, fromSystemd } from '@sb/seccomp/analysis';

import { hostile, type Importer } from './texts.js';

const importers: Readonly<Record<Importer, (text: string) => unknown>> = {
  policy: (text) => policy(parsePolicy(text)),
  oci: (text) => fromOci(text, { runtime: 'runc' }),
  systemd: (text) => fromSystemd(text),
  unit: async (text) => await importUnit(text),
  docker: async (text) => await importDocker(text),
  bwrap: async (text) => await importBwrap(text),
};

interface Refusal {
  readonly code?: string;
  readonly path?: string;
  readonly message?: string;
}

const ends: object[] = [];
for (const { importer, make } of hostile) {
  let refusal: Refusal = {};
  try {
    await importers[importer](make());
  } catch (error) {
    refusal = error as Refusal;
  }
  ends.push({ code: refusal.code ?? 'read', path: refusal.path, length: refusal.message?.length ?? 0 });
}
writeSync(1, JSON.stringify(ends));
