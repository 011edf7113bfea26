import { packageBuild } from '../../tooling/tsup.base.js';

export default packageBuild({
  entry: { 'commands/run': 'src/commands/run.ts', 'code-cache': 'src/code-cache.ts', demo: 'src/demo/demo.ts' },
  declarations: false,
  // The fetcher itself has a worker, which lies beside it.
  bundle: [/^@sb\/fetcher\/(?:files|in-this-process|proxies)$/, 'get-east-asian-width'],
  // Those of the fetcher have theirs already.
  requires: false,
  splitting: true,
});
