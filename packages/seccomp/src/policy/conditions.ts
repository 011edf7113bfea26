/**
 * How an argument is compared. `32` compares the lower half only, `64` the whole register; every comparison is
 * unsigned.
 */
export type Comparison =
  | 'eq32'
  | 'ne32'
  | 'lt32'
  | 'le32'
  | 'gt32'
  | 'ge32'
  | 'maskedEq32'
  | 'maskedNe32'
  | 'eq64'
  | 'ne64'
  | 'lt64'
  | 'le64'
  | 'gt64'
  | 'ge64'
  | 'maskedEq64'
  | 'maskedNe64';

/** The comparisons' names. */
export const comparisons: readonly Comparison[] = [
  'eq32',
  'ne32',
  'lt32',
  'le32',
  'gt32',
  'ge32',
  'maskedEq32',
  'maskedNe32',
  'eq64',
  'ne64',
  'lt64',
  'le64',
  'gt64',
  'ge64',
  'maskedEq64',
  'maskedNe64',
];

/** What an argument must be for a rule to match. Plain data that survives JSON. */
export interface Condition {
  /** Which argument, 0 to 5. */
  readonly arg: number;
  readonly compare: Comparison;
  /**
   * The value to compare with: a number up to 2³²−1 in a 32-bit form, 16 hexadecimal digits after `0x` in a 64-bit one.
   */
  readonly value: number | string;
  /** Bits that are compared, in a masked form. */
  readonly mask?: number | string;
}

/** A number for a 64-bit comparison; above 2⁵³ only a bigint is exact. */
export type Wide = number | bigint;

/** The comparisons of one argument; see {@link arg}. */
export interface Argument {
  eq32(value: number): Condition;
  ne32(value: number): Condition;
  lt32(value: number): Condition;
  le32(value: number): Condition;
  gt32(value: number): Condition;
  ge32(value: number): Condition;
  /** `(argument & mask) == value`. */
  maskedEq32(mask: number, value: number): Condition;
  /** `(argument & mask) != value`; with value 0: any of these bits. */
  maskedNe32(mask: number, value: number): Condition;
  eq64(value: Wide): Condition;
  ne64(value: Wide): Condition;
  lt64(value: Wide): Condition;
  le64(value: Wide): Condition;
  gt64(value: Wide): Condition;
  ge64(value: Wide): Condition;
  maskedEq64(mask: Wide, value: Wide): Condition;
  maskedNe64(mask: Wide, value: Wide): Condition;
}

/**
 * Conditions on an argument, for instance `arg(1).eq32(0x5412)` for the request of `ioctl(2)`.
 *
 * Use the 32-bit forms for `int` and `unsigned int` arguments (descriptors, flags, requests, families): the kernel
 * ignores the upper half of the register, so a caller may put anything there. Use the 64-bit forms for sizes, offsets
 * and `long` arguments. Filtering addresses is useless, because a filter cannot read what they point to.
 *
 * @param index - 0 to 5; {@link policy} checks it and the values
 */
export function arg(index: number): Argument {
  const plain = (compare: Comparison) => (value: Wide) => condition({ arg: index, compare, value: data(value) });
  const masked = (compare: Comparison) => (mask: Wide, value: Wide) =>
    condition({ arg: index, compare, mask: data(mask), value: data(value) });
  return {
    eq32: plain('eq32'),
    ne32: plain('ne32'),
    lt32: plain('lt32'),
    le32: plain('le32'),
    gt32: plain('gt32'),
    ge32: plain('ge32'),
    maskedEq32: masked('maskedEq32'),
    maskedNe32: masked('maskedNe32'),
    eq64: plain('eq64'),
    ne64: plain('ne64'),
    lt64: plain('lt64'),
    le64: plain('le64'),
    gt64: plain('gt64'),
    ge64: plain('ge64'),
    maskedEq64: masked('maskedEq64'),
    maskedNe64: masked('maskedNe64'),
  };
}

/** A condition that inherits nothing: a mask on `Object.prototype` must not become its mask. */
export const condition = (value: Condition): Condition =>
  Object.freeze(Object.assign(Object.create(null) as object, value));

/** JSON has no bigint. */
const data = (value: Wide): number | string => (typeof value === 'bigint' ? `0x${value.toString(16)}` : value);

const symbols: Readonly<Record<string, string>> = { eq: '==', ne: '!=', lt: '<', le: '<=', gt: '>', ge: '>=' };

/** Returns a condition as text, for instance `arg1 == 0x5412 (32 bits)`. */
export function describeCondition({ arg: index, compare, value, mask }: Condition): string {
  const operator = compare.slice(0, -2).replace('masked', '').toLowerCase();
  const left = mask === undefined ? `arg${index}` : `(arg${index} & ${hex(mask)})`;
  return `${left} ${symbols[operator]} ${hex(value)} (${compare.slice(-2)} bits)`;
}

function hex(value: number | string): string {
  return typeof value === 'number' ? `0x${value.toString(16)}` : value;
}

/** Whether a condition compares the whole register. */
export function isWide({ compare }: Condition): boolean {
  return compare.endsWith('64');
}
