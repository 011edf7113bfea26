/**
 * The one place that knows how a package becomes `dist/`.
 * Every package's `tsup.config.ts` calls this; replacing tsup means replacing this file.
 */
import { defineConfig } from 'tsup';

import { jsonAsText } from './tsup.json-as-text.js';
import { type OneModule, oneModule } from './tsup.one-module.js';
import { unusedByUndici } from './tsup.unused-by-undici.js';

/** What differs between packages. */
export interface PackageBuild {
  /** Entry points, relative to the package. Default: `src/index.ts`. */
  readonly entry?: readonly string[] | Readonly<Record<string, string>>;
  /** `false` for programs, which nobody imports. Default: `true`. */
  readonly declarations?: boolean;
  /** Modules to copy into the bundle instead of importing them at run time. Default: none. */
  readonly bundle?: readonly (string | RegExp)[];
  /** Whether CommonJS modules are among them, which call `require` for Node's own. Default: as there is a bundle. */
  readonly requires?: boolean;
  /** Shrink the output; for programs whose start-up time counts. Default: `false`. */
  readonly minify?: boolean;
  /** Makes it a program in one CommonJS module, `.cjs`, which starts sooner. */
  readonly oneModule?: OneModule;
  /** Share code between entries in separate chunks. Default: `false`. */
  readonly splitting?: boolean;
  /** Empty `dist/` first; `false` for the second of two builds of one package. Default: `true`. */
  readonly clean?: boolean;
}

/** Only for Node's own modules. A bundler that makes CommonJS leaves no `import.meta.url`. */
const requireBanner =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url ?? 'file:///');";

/** Declarations name Node's types. TypeScript 7 no longer finds them among the installed packages by itself. */
const nodeTypes = '/// <reference types="node" />';

/** ESM for Node 20.19 and later, with declarations, from the entries of one package. */
export function packageBuild(build: PackageBuild = {}): ReturnType<typeof defineConfig> {
  const entry = build.entry ?? ['src/index.ts'];
  return defineConfig({
    entry: Array.isArray(entry) ? [...entry] : { ...(entry as Record<string, string>) },
    format: 'esm',
    target: 'node20.19',
    platform: 'node',
    dts: (build.declarations ?? true) && { banner: nodeTypes },
    noExternal: [...(build.bundle ?? [])],
    // CommonJS modules that are copied into an ES module go on calling require for Node's own.
    ...((build.requires ?? (build.bundle !== undefined && build.oneModule === undefined))
      ? { banner: { js: requireBanner } }
      : {}),
    minify: build.minify ?? false,
    splitting: build.splitting ?? false,
    sourcemap: true,
    clean: build.clean ?? true,
    silent: true,
    // Else no plugin would see the names of Node's modules.
    removeNodeProtocol: false,
    esbuildPlugins: [jsonAsText, unusedByUndici],
    ...(build.oneModule === undefined ? {} : oneModule(build.oneModule)),
  });
}
