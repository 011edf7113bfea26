export { dockerCapabilities, dockerFilter, withoutLandlock } from './containers.js';
export { beneath } from './prefix.js';
