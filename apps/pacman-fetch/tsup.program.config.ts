import { packageBuild } from '../../tooling/tsup.base.js';

/** The program for a download of one file, which loads no command. */
export default packageBuild({
  entry: { cli: 'src/pacman-fetch.ts', 'cli-main': 'src/cli.ts' },
  declarations: false,
  bundle: [/^@sb\//, 'get-east-asian-width'],
  oneModule: {
    onDemand: ['./fetch.js', './one-file/in-this-process.js', './one-file/by-worker.js'],
  },
});
