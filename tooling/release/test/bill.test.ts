/* The bills of materials: in the form of CycloneDX, complete, and the same bytes each time. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';

import { billOf } from '../src/bill.mjs';
import { published } from '../src/published.mjs';

const library = dirname(createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json'));
const schema = (name: string): object =>
  JSON.parse(readFileSync(join(library, `res/schema/${name}.SNAPSHOT.schema.json`), 'utf8')) as object;

/** Formats of texts need packages of their own, and are the library's to keep. */
const ajv = new Ajv({ strict: false, validateFormats: false });
for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs']) {
  ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
}
const validate = ajv.compile(schema('bom-1.6'));

interface Bill {
  readonly metadata: { readonly component: { readonly name: string } };
  readonly components?: readonly { readonly name: string; readonly version?: string }[];
}

const billed = (name: string): Bill => {
  const found = published().find((one) => one.name === name);
  return JSON.parse(billOf(found?.folder ?? '')) as Bill;
};

describe('a bill of materials', () => {
  it.each(published().map(({ name, folder }) => [name, folder] as const))(
    'of %s keeps to the schema, and is the one that was built',
    (name, folder) => {
      const text = billOf(folder);
      const bill = JSON.parse(text) as Bill;
      expect(validate(bill), JSON.stringify(validate.errors)).toBe(true);
      expect(bill.metadata.component.name).toBe(name);
      expect(readFileSync(join(folder, 'dist/sbom.cdx.json'), 'utf8')).toBe(text);
      expect(text).not.toMatch(/timestamp|serialNumber/);
    },
  );

  it('that lacks what the schema asks for is refused: the control', () => {
    expect(validate({ bomFormat: 'CycloneDX' })).toBe(false);
  });

  it('names what was copied in, what is linked in, and what it is installed with', () => {
    const names = (name: string) => billed(name).components?.map((one) => one.name) ?? [];
    expect(names('@sb/fetcher').toSorted()).toEqual(['@sb/core', '@sb/files', '@sb/sandbox', 'undici']);
    expect(names('pacman-fetch')).toEqual(
      expect.arrayContaining(['musl', 'undici', 'get-east-asian-width', '@sb/fetcher']),
    );
    expect(names('@sb/sandbox')).toContain('musl');
    expect(names('@sb/core')).toEqual([]);
    expect(billed('@sb/sandbox').components?.find(({ name }) => name === 'musl')?.version).toMatch(/^1\.\d+\.\d+$/);
  });
});
