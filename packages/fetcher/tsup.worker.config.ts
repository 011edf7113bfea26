import { packageBuild } from '../../tooling/tsup.base.js';

// The worker is handed over as one file, so everything that it needs is in it.
export default packageBuild({
  entry: { worker: 'src/worker/worker.ts' },
  declarations: false,
  bundle: [/^undici/, '@sb/core'],
  clean: false,
});
