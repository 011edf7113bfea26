/* Numbers as pacman prints them. */

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** A number of bytes in a readable unit: pacman changes to the next unit beyond 2048. */
function humanize(bytes: number): readonly [value: number, unit: string] {
  let value = bytes;
  let unit = 0;
  while (value > 2048 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return [value, units[unit] ?? ''];
}

/** Columns of {@link size}. */
export const sizeWidth = 10;

/** A size, for instance `  32.4 MiB`. */
export function size(bytes: number): string {
  const [value, unit] = humanize(bytes);
  return `${value.toFixed(1).padStart(6)} ${unit.padStart(3)}`;
}

/** Bytes a second in four characters and a unit, for instance `2.54 MiB/s`, ` 997 KiB/s`. */
export function rate(bytes: number): string {
  const [value, unit] = humanize(bytes);
  const digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return `${value.toFixed(digits).padStart(4)} ${unit.padStart(3)}/s`;
}

/** Columns of {@link clock}. */
export const clockWidth = 5;

/** Seconds as `mm:ss`; `--:--` if unknown, and from a hundred minutes on. */
export function clock(seconds: number | undefined): string {
  if (seconds === undefined || !Number.isFinite(seconds) || seconds < 0) return '--:--';
  const whole = Math.ceil(seconds);
  if (whole >= 6000) return '--:--';
  return `${String(Math.floor(whole / 60)).padStart(2, '0')}:${String(whole % 60).padStart(2, '0')}`;
}
