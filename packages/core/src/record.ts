import { layerIds, type LayerName } from './layer.js';

/** Length of a record's header in bytes; `sb_record.h` has the same number. */
export const recordHeaderLength = 8;

/** The largest record that the C side accepts, in bytes; `sb_record.h` has the same number. */
export const recordMaxLength = 1 << 20;

/** The fields of a record. Numbers are unsigned and little-endian on every architecture. */
export interface RecordFields {
  readonly layer: LayerName;
  /** Version of the layer's own format, 1 to 255. */
  readonly version: number;
  /** Flags of the layer, 16 bits. */
  readonly flags: number;
  /** The layer's own bytes. */
  readonly payload: Uint8Array;
}

/**
 * Encodes a record: `u8 layer, u8 version, u16 flags, u32 total length`, then the payload.
 *
 * The package's addon and the launcher get the same bytes, so both are tested with the same cases.
 *
 * @throws RangeError if a field does not fit, or if the record would exceed {@link recordMaxLength}
 */
export function encodeRecord({ layer, version, flags, payload }: RecordFields): Uint8Array {
  if (version < 1 || version > 0xff) throw new RangeError(`record version ${version} is not 1 to 255`);
  if (flags < 0 || flags > 0xffff) throw new RangeError(`record flags ${flags} do not fit 16 bits`);
  const bytes = new Uint8Array(recordHeaderLength + payload.length);
  bytes.set([layerIds[layer], version, flags & 0xff, flags >> 8]);
  bytes.set(payload, recordHeaderLength);
  return setRecordLength(bytes);
}

/**
 * Writes the total length of a record into its header.
 *
 * @param record - with everything else in its place
 * @returns the same bytes
 * @throws RangeError if it exceeds {@link recordMaxLength}
 */
export function setRecordLength(record: Uint8Array): Uint8Array {
  const { length } = record;
  if (length > recordMaxLength) throw new RangeError(`record of ${length} bytes is over ${recordMaxLength}`);
  new DataView(record.buffer, record.byteOffset).setUint32(4, length, true);
  return record;
}

/**
 * Encodes unsigned 32-bit numbers, little-endian.
 *
 * @throws RangeError if a number is not an integer from 0 to 2³²−1
 */
export function encodeU32(numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(numbers.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, number] of numbers.entries()) {
    if (!Number.isInteger(number) || number < 0 || number > 0xffff_ffff) {
      throw new RangeError(`${number} is not an unsigned 32-bit number`);
    }
    view.setUint32(index * 4, number, true);
  }
  return bytes;
}
