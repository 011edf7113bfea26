import { packageBuild } from '../../tooling/tsup.base.js';

export default packageBuild({
  entry: { cli: 'src/cli.ts', worker: 'src/worker/worker.ts' },
  declarations: false,
  bundle: [/^undici/, 'proxy-from-env', 'tinyglobby'],
  splitting: true,
});
