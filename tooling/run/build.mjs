// `npm run build`
// @ts-check
import { build, setUp } from './setup.mjs';

setUp([]);
build();
