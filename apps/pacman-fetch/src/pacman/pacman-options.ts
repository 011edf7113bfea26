/** Short options of pacman that take a value (pacman(8)); all others are switches. */
export const shortWithValue = /[br]/;

/** Long options of pacman that take a value. */
const longWithValue = [
  'arch',
  'ask',
  'assume-installed',
  'cachedir',
  'color',
  'config',
  'dbpath',
  'gpgdir',
  'hookdir',
  'ignore',
  'ignoregroup',
  'logfile',
  'overwrite',
  'print-format',
  'root',
  'sysroot',
] as const;

/** Long switches of pacman. getopt accepts every unique beginning of them. */
const longSwitches = [
  'asdeps asexplicit cascade changelog check clean confirm database dbonly debug deps deptest',
  'disable-download-timeout disable-sandbox disable-sandbox-filesystem disable-sandbox-syscalls downloadonly',
  'explicit file files foreign groups help info list machinereadable native needed noconfirm nodeps',
  'noprogressbar nosave noscriptlet owns print query quiet recursive refresh regex remove search sync',
  'sysupgrade unneeded unrequired upgrade upgrades verbose version',
].flatMap((line) => line.split(' '));

/** A long option of pacman. */
export interface LongOption {
  /** Its full name. */
  readonly name: string;
  readonly takesValue: boolean;
}

/** The option that a word without its dashes means; undefined if pacman would refuse it. */
export function longOption(word: string): LongOption | undefined {
  const all = [
    ...longWithValue.map((name) => ({ name, takesValue: true })),
    ...longSwitches.map((name) => ({ name, takesValue: false })),
  ];
  const exact = all.find(({ name }) => name === word);
  const begun = all.filter(({ name }) => name.startsWith(word));
  return exact ?? (begun.length === 1 ? begun[0] : undefined);
}

/** The long names of short options of `-S` and `-F`, as far as they matter here. */
export const shortNames: Readonly<Record<string, string>> = {
  b: 'dbpath',
  r: 'root',
  c: 'clean',
  g: 'groups',
  h: 'help',
  i: 'info',
  l: 'list',
  p: 'print',
  q: 'quiet',
  s: 'search',
  u: 'sysupgrade',
  y: 'refresh',
};

/** Options that name the operation, by both names. */
export const operations: Readonly<Record<string, string>> = {
  D: 'database',
  F: 'files',
  Q: 'query',
  R: 'remove',
  S: 'sync',
  T: 'deptest',
  U: 'upgrade',
  V: 'version',
};
