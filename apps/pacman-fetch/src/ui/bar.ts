/** How far a download is. */
export interface Progress {
  readonly name: string;
  readonly received: number;
  /** Bytes of the whole file, if known. */
  readonly total: number | undefined;
  /** Bytes a second, averaged. */
  readonly rate: number;
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** A size as pacman shows it: one decimal, or none for bytes. */
export function humanSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(unit === 0 ? 0 : 1)} ${units[unit] ?? ''}`;
}

/** Seconds as `mm:ss`, or `--:--` where nobody can say. */
export function clock(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds >= 6000) return '--:--';
  const whole = Math.ceil(seconds);
  return `${String(Math.floor(whole / 60)).padStart(2, '0')}:${String(whole % 60).padStart(2, '0')}`;
}

/** Below this many columns there is room for name, size and percent only. */
const narrow = 64;

/**
 * One line about a download, like pacman's: name, size, rate, time left, a bar and percent.
 *
 * @param progress - how far it is
 * @param width - columns of the terminal
 */
export function bar({ name, received, total, rate }: Progress, width: number): string {
  const left = total === undefined || rate === 0 ? Number.NaN : (total - received) / rate;
  const size = ` ${humanSize(received).padStart(10)}`;
  const figures = width < narrow ? size : `${size} ${`${humanSize(rate)}/s`.padStart(12)} ${clock(left)}`;
  const fraction = total === undefined || total === 0 ? undefined : Math.min(1, received / total);
  const percent = fraction === undefined ? '     ' : `${String(Math.floor(fraction * 100)).padStart(4)}%`;
  const fixed = figures.length + percent.length + 1;
  // A third of what is left is the bar's, at least ten columns; narrow terminals have none.
  const free = Math.max(8, width - fixed);
  const room = width < narrow ? free : Math.max(8, Math.min(40, free - Math.max(10, Math.floor(free / 3))));
  const shown = name.length > room ? `${name.slice(0, room - 3)}...` : name.padEnd(room);
  const line = ` ${shown}${figures}`;
  const space = width - line.length - percent.length - 3;
  if (fraction === undefined || space < 5) return `${line}${percent}`.slice(0, width).trimEnd();
  const filled = Math.round(space * fraction);
  return `${line} [${'#'.repeat(filled)}${'-'.repeat(space - filled)}]${percent}`;
}
