import { packageBuild } from '../../tooling/tsup.base.js';

// Programs that download one file copy `in-this-process` and its undici into them.
export default packageBuild({
  entry: {
    index: 'src/index.ts',
    files: 'src/files.ts',
    proxies: 'src/proxies.ts',
    'in-this-process': 'src/one-file/in-this-process.ts',
    'by-worker': 'src/one-file/by-worker.ts',
    'code-cache': 'src/code-cache.ts',
  },
  bundle: [/^undici/, /^@sb\/cli-kit/],
  // An error of one entry is the same class to another.
  splitting: true,
});
