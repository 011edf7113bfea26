import { packageBuild } from '../../tooling/tsup.base.js';

export default packageBuild({ entry: { index: 'src/index.ts', document: 'src/document/index.ts' } });
