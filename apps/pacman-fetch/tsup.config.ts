import { packageBuild } from '../../tooling/tsup.base.js';

export default packageBuild({
  entry: { cli: 'src/cli.ts', worker: 'src/worker/worker.ts', demo: 'src/demo/demo.ts' },
  declarations: false,
  // The fetcher itself has a worker of its own, which lies beside it.
  bundle: [/^@sb\/fetcher\//, /^undici/, 'get-east-asian-width'],
  splitting: true,
});
