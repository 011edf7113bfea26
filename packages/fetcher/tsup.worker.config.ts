import { packageBuild } from '../../tooling/tsup.base.js';

// The worker is handed over as one file, so everything that it needs is in it. An error in it is shown with its line.
export default packageBuild({
  entry: { worker: 'src/worker/worker.ts', load: 'src/worker/load.ts' },
  declarations: false,
  bundle: [/^undici/, /^@sb\//],
  // Names of servers that are addresses are not looked up.
  oneModule: { minify: false, late: ['dns'] },
});
