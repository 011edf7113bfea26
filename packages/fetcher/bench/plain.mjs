// Downloads what a list names with undici alone, as its documentation shows it: a pool, and a stream into each file.
// @ts-check
import { createWriteStream, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { Pool } from 'undici';

const { urls, folder, parallel } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const pool = new Pool(new URL(urls[0]).origin, { connections: parallel });
const waiting = urls.values();
await Promise.all(
  Array.from({ length: parallel }, async () => {
    for (const url of waiting) {
      const { statusCode, body } = await pool.request({ method: 'GET', path: new URL(url).pathname });
      if (statusCode !== 200) throw new Error(`${url}: ${statusCode}`);
      await pipeline(body, createWriteStream(join(folder, basename(url))));
    }
  }),
);
await pool.close();
