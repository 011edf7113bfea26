import fc from 'fast-check';

/** A directive as it was meant. */
interface Meant {
  readonly key: string;
  readonly value: string | undefined;
}

/** A section as it was meant. */
export interface MeantSection {
  readonly name: string;
  readonly directives: readonly Meant[];
}

const space = fc.string({ unit: fc.constantFrom(' ', '\t', '\v', '\f', '\r'), maxLength: 3 });

/** Text within a line: no line feed, no NUL, nothing that trimming would take, and no half of a surrogate pair. */
function text(...excluded: readonly string[]): fc.Arbitrary<string> {
  const unit = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.constantFrom('a', 'B', '/', '$', '%', '\\', '"', ' ', '=', '[', ']', '#', '*', '?', 'é'),
    },
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  );
  return fc
    .string({ unit, maxLength: 20 })
    .map((one) => one.replaceAll(/[\0\n]/g, 'x').replaceAll(/^[ \t\v\f\r]+|[ \t\v\f\r]+$/g, ''))
    .filter((one) => excluded.every((bad) => !one.includes(bad)));
}

const directive: fc.Arbitrary<Meant> = fc
  .record({ key: text('='), value: fc.option(text(), { nil: undefined }) })
  .filter(({ key, value }) => {
    const line = value === undefined ? key : `${key}=${value}`;
    return key !== 'Include' && line !== '' && !line.startsWith('#') && !/^\[.*\]$/s.test(line);
  });

/** Sections of any directives. */
export const sections: fc.Arbitrary<readonly MeantSection[]> = fc.array(
  fc.record({ name: text(), directives: fc.array(directive, { maxLength: 6 }) }),
  { maxLength: 5 },
);

/** A line with odd spacing around its parts. */
const spaced = fc.array(space, { minLength: 4, maxLength: 4 });

/** What may stand between two lines and means nothing. */
const nothing = fc.array(
  fc.oneof(
    space,
    fc.tuple(space, text()).map(([before, one]) => `${before}#${one}`),
  ),
  {
    maxLength: 2,
  },
);

/** How a text is written: the spacing of each line, what stands before it, and its end. */
export const manner = fc.record({
  lines: fc.infiniteStream(fc.tuple(spaced, nothing)),
  end: fc.constantFrom('\n', '\r\n'),
  isLastEnded: fc.boolean(),
});

/** The lines of a text, with the line number that each part of it must have. */
export function written(
  meant: readonly MeantSection[],
  {
    lines,
    end,
    isLastEnded,
  }: { lines: Iterator<readonly [readonly string[], readonly string[]]>; end: string; isLastEnded: boolean },
): { readonly text: string; readonly numbers: readonly number[] } {
  const all: string[] = [];
  const numbers: number[] = [];
  const put = (line: (spaces: readonly string[]) => string) => {
    const [spaces, before] = (lines.next().value ?? [[], []]) as readonly [readonly string[], readonly string[]];
    all.push(...before, line(spaces));
    numbers.push(all.length);
  };
  for (const { name, directives } of meant) {
    put(([a = '', b = '']) => `${a}[${name}]${b}`);
    for (const { key, value } of directives) {
      put(([a = '', b = '', c = '', d = '']) =>
        value === undefined ? `${a}${key}${d}` : `${a}${key}${b}=${c}${value}${d}`,
      );
    }
  }
  return { text: all.join(end) + (isLastEnded ? end : ''), numbers };
}

const word = fc.constantFrom('a', 'x86_64', '/srv/a', '!etc/x', 'ä', 'auto', '$repo', '$arch', 'http://m/$repo/os');
const words = fc.array(word, { maxLength: 3 }).map((list) => list.join(' '));
const sigLevel = fc
  .array(
    fc
      .tuple(
        fc.constantFrom('', 'Package', 'Database'),
        fc.constantFrom('Never', 'Optional', 'Required', 'TrustedOnly', 'TrustAll'),
      )
      .map((parts) => parts.join('')),
    { maxLength: 3 },
  )
  .map((list) => list.join(' '));

const line = (keys: readonly string[], value: fc.Arbitrary<string>) =>
  fc.tuple(fc.constantFrom(...keys), value).map(([key, text_]) => `${key} = ${text_}`);

/** A line that pacman knows, or nearly so. */
const known = fc.oneof(
  line(['RootDir', 'DBPath', 'GPGDir', 'LogFile', 'DownloadUser', 'XferCommand'], words),
  line(['CacheDir', 'HookDir', 'HoldPkg', 'IgnorePkg', 'IgnoreGroup', 'NoUpgrade', 'NoExtract', 'Architecture'], words),
  line(['SigLevel', 'LocalFileSigLevel', 'RemoteFileSigLevel'], sigLevel),
  line(['ParallelDownloads'], fc.constantFrom('1', '5', '+7', '0')),
  line(['CleanMethod'], fc.constantFrom('KeepInstalled', 'KeepCurrent', 'KeepCurrent KeepInstalled', '')),
  line(['Server', 'CacheServer'], word),
  line(
    ['Usage'],
    fc.subarray(['Sync', 'Search', 'Install', 'Upgrade', 'All']).map((list) => list.join(' ')),
  ),
  fc.constantFrom(
    'Color',
    'CheckSpace',
    'UseSyslog',
    'ILoveCandy',
    'NoProgressBar',
    'DisableSandbox',
    'Server',
    '#x',
    '',
  ),
);

const header = fc.constantFrom('[options]', '[options]', '[core]', '[a b]', '[]');

/** A file that is mostly right: what pacman-conf and we are compared on. */
export const plausible: fc.Arbitrary<string> = fc
  .array(fc.tuple(header, fc.array(known, { maxLength: 8 })), { maxLength: 5 })
  .map((parts) => parts.map(([first, lines]) => [first, ...lines].join('\n')).join('\n'));
