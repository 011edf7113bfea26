import type { ParsedOptions } from '../options/parse.js';
import type { Configuration } from '../config/configuration.js';
import { isOn } from '../config/values.js';
import { FetchError } from '../errors.js';
import { type ColorChoice, colorChoices } from '../ui/environment.js';
import type { DisplayOptions } from '../ui/display.js';

/** How to show progress, without the streams. */
export type Look = Pick<DisplayOptions, 'style' | 'color' | 'bars' | 'candy'>;

/**
 * Decides how to show progress: by the command line, otherwise by pacman.conf.
 *
 * @throws FetchError `usage` for an unknown value of `--color`
 */
export function lookOf({ switches, values }: ParsedOptions, configuration: Configuration): Look {
  const byConfig: ColorChoice = isOn(configuration, 'Color') ? 'auto' : 'never';
  const color = colorChoices.find((one) => one === (values.get('color') ?? byConfig));
  if (color === undefined) throw new FetchError('usage', `--color must be one of ${colorChoices.join(', ')}`);
  return {
    style: switches.has('json') ? 'json' : switches.has('quiet') ? 'quiet' : 'normal',
    color,
    bars: !isOn(configuration, 'NoProgressBar'),
    candy: isOn(configuration, 'ILoveCandy'),
  };
}
