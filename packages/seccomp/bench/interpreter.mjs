// Counts the instructions that a filter executes. Apart from the package's own interpreter, so that the benchmark needs
// nothing that is not exported.
// @ts-check

/**
 * @param {Uint8Array} bytes `struct sock_filter` each
 * @param {{ nr: number, arch: number, args: readonly bigint[] }} call
 * @returns {number} how many instructions were executed
 */
export function instructionsOf(bytes, { nr, arch, args }) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data = new DataView(new ArrayBuffer(64));
  data.setInt32(0, nr, true);
  data.setUint32(4, arch, true);
  for (const [index, value] of args.entries()) data.setBigUint64(16 + index * 8, value, true);
  let accumulator = 0;
  for (let at = 0, count = 1; ; at++, count++) {
    const code = view.getUint16(at * 8, true);
    const k = view.getUint32(at * 8 + 4, true);
    if (code === 0x06) return count;
    if (code === 0x20) accumulator = data.getUint32(k, true);
    else if (code === 0x54) accumulator = (accumulator & k) >>> 0;
    else if (code === 0x05) at += k;
    else at += view.getUint8(at * 8 + (holds(code, accumulator, k) ? 2 : 3));
  }
}

/** @param {number} code @param {number} accumulator @param {number} k */
function holds(code, accumulator, k) {
  if (code === 0x15) return accumulator === k;
  if (code === 0x25) return accumulator > k;
  if (code === 0x35) return accumulator >= k;
  if (code === 0x45) return (accumulator & k) !== 0;
  throw new Error(`unknown operation 0x${code.toString(16)}`);
}
