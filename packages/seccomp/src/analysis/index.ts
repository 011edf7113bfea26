/** Analysis of filters for all possible calls, not by trying some. */
export { difference, intersect, union } from './algebra.js';
export { compare, type FilterComparison, type FilterRelation } from './compare.js';
export type { Comparable } from './side.js';
export { dockerCaps } from './docker-profile.js';
export { disassemble } from './disassemble.js';
export { fromOci, type FromOci, type OciRuntime } from './from-oci.js';
export type { Unsaid } from './unsaid.js';
export { fromProgram } from './from-program.js';
export { fromSystemd, type FromSystemd } from './from-systemd.js';
export { toOci, type ToOci } from './to-oci.js';
export { type UnitSetting, unitSettings, unitSwitch } from './systemd-unit.js';
export { toSystemd, type ToSystemd } from './to-systemd.js';
export { verify } from './verify.js';
export type { AnyProgram, Proof } from '../exact/prove.js';
export { describeCall, type WitnessCall } from '../exact/witness.js';
