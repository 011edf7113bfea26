import type { ParsedOptions } from '../options/parse.js';
import type { Configuration } from '../config/configuration.js';
import { isOn } from '../config/values.js';
import { FetchError } from '../errors.js';
import { type ColorChoice, colorChoices } from '../ui/environment.js';
import type { DisplayOptions } from '../ui/display.js';

/** How to show what happens, but for the streams. */
export type Look = Pick<DisplayOptions, 'style' | 'color' | 'bars' | 'candy'>;

/**
 * How to show what happens: what the command line says, and pacman.conf where it says nothing.
 *
 * @throws FetchError `usage` for a colour that is none
 */
export function lookOf({ switches, values }: ParsedOptions, configuration: Configuration): Look {
  const byConfig: ColorChoice = isOn(configuration, 'Color') ? 'auto' : 'never';
  const color = colorChoices.find((one) => one === (values.get('color') ?? byConfig));
  if (color === undefined) throw new FetchError('usage', `--color is ${colorChoices.join(', ')}`);
  return {
    style: switches.has('json') ? 'json' : switches.has('quiet') ? 'quiet' : 'normal',
    color,
    bars: !isOn(configuration, 'NoProgressBar'),
    candy: isOn(configuration, 'ILoveCandy'),
  };
}
