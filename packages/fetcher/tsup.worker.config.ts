import { packageBuild } from '../../tooling/tsup.base.js';

// The worker is handed over as one file, so everything that it needs is in it. An error in it is shown with its line.
export default packageBuild({
  entry: { worker: 'src/worker/worker.ts', load: 'src/worker/load.ts' },
  declarations: false,
  bundle: [/^undici/, /^@sb\//],
  oneModule: { minify: false },
});
