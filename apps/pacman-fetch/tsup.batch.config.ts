import { packageBuild } from '../../tooling/tsup.base.js';

/** The program of the commands that download several files. */
export default packageBuild({
  entry: { 'batch-main': 'src/batch.ts' },
  declarations: false,
  bundle: [/^@sb\//, 'get-east-asian-width'],
  oneModule: {
    onDemand: ['./refresh.js', './prefetch.js', './pacman.js'],
    // The worker is started before they are needed.
    late: ['child_process', 'crypto', 'module', 'net', 'stream/consumers', 'timers/promises', 'zlib'],
  },
});
