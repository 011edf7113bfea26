/* What a hostile author writes, how it is read, and the place that the error names. */

/** What reads a text. */
export type Importer = 'policy' | 'oci' | 'systemd' | 'unit' | 'docker' | 'bwrap';

/** A text, and where it is refused. */
interface Hostile {
  readonly importer: Importer;
  readonly what: string;
  readonly make: () => string;
  readonly path: string;
}

const half = 500_000;
const mebi = 1 << 20;

/** For everything that reads JSON. */
const json = (importer: Importer, path: string): readonly Hostile[] => [
  { importer, what: 'nested a million deep', make: () => '['.repeat(half) + ']'.repeat(half), path },
  { importer, what: 'nested without an end', make: () => '{"a":'.repeat(200_000), path },
  { importer, what: 'huge', make: () => `"${'a'.repeat(200 * mebi)}"`, path },
  { importer, what: 'a string without an end, of quotes', make: () => `"${'\\"'.repeat(half)}`, path },
  { importer, what: 'the same with a backslash at its end', make: () => `"${'\\"'.repeat(half - 1)}\\`, path },
  { importer, what: 'a key twice', make: () => '{"a":1,"\\u0061":2}', path },
  {
    importer,
    what: 'a key twice, after many others',
    make: () => `{${Array.from({ length: 60_000 }, (_, index) => `"k${index}":0`).join(',')},"k0":0}`,
    path,
  },
];

const oci = (syscalls: unknown): string => JSON.stringify({ defaultAction: 'SCMP_ACT_ERRNO', syscalls });
const one = (value: string): string =>
  oci([{ names: ['ioctl'], action: 'SCMP_ACT_ALLOW', args: [{ index: 1, value: 7, op: 'SCMP_CMP_EQ' }] }]).replace(
    '"value":7',
    `"value":${value}`,
  );
const ruled = (value: string): string =>
  `{"base":"allow-all","rules":[{"syscall":"ioctl","when":[{"arg":1,"compare":"eq64","value":${value}}],"action":"allow"}]}`;

/** For everything that reads a unit. */
const unit = (importer: Importer): readonly Hostile[] => [
  { importer, what: 'huge', make: () => `SystemCallFilter=${'a'.repeat(200 * mebi)}`, path: 'unit' },
  { importer, what: 'a NUL', make: () => 'SystemCallFilter=read\0', path: 'unit' },
  {
    importer,
    what: 'an error beyond 2^64',
    make: () => 'SystemCallErrorNumber=18446744073709551617\nSystemCallFilter=read',
    path: 'line 1',
  },
  {
    importer,
    what: 'an error of a million digits',
    make: () => `SystemCallFilter=~read:${'9'.repeat(mebi - 64)}`,
    path: 'line 1',
  },
  {
    importer,
    what: 'a family that there is none of',
    make: () => `RestrictAddressFamilies=AF_INET\nRestrictAddressFamilies=~AF_UNIX ${'A'.repeat(half)}`,
    path: 'line 2',
  },
  {
    importer,
    what: 'an allowed call with an error',
    make: () => 'SystemCallFilter=~mount\nSystemCallFilter=read:EPERM',
    path: 'line 2',
  },
  {
    importer,
    what: 'a header without an end',
    make: () => `SystemCallFilter=read\n[${'a'.repeat(half)}`,
    path: 'line 2',
  },
  { importer, what: 'a million lines and a mistake', make: () => `${'#\n'.repeat(half)}[`, path: `line ${half + 1}` },
  { importer, what: 'lines that continue each other', make: () => `${'\\\n'.repeat(half)}=`, path: 'line 1' },
];

/** All of it. */
export const hostile: readonly Hostile[] = [
  ...json('policy', '(document)'),
  {
    importer: 'policy',
    what: 'a number of 2^64',
    make: () => ruled('18446744073709551616'),
    path: 'rules[0].when[0].value',
  },
  {
    importer: 'policy',
    what: 'a number of 2^64 in digits',
    make: () => ruled('"18446744073709551616"'),
    path: 'rules[0].when[0].value',
  },
  {
    importer: 'policy',
    what: 'a number of a million digits',
    make: () => ruled(`"${'9'.repeat(mebi - 200)}"`),
    path: 'rules[0].when[0].value',
  },
  {
    importer: 'policy',
    what: 'a call that is denied and allowed',
    make: () => '{"base":"deny-all","allow":["nothing-like-it"]}',
    path: 'allow[0]',
  },
  ...json('oci', '(document)'),
  {
    importer: 'oci',
    what: 'a number of 2^64',
    make: () => one('18446744073709551616'),
    path: 'syscalls[0].args[0].value',
  },
  {
    importer: 'oci',
    what: 'a number of a million digits',
    make: () => one('9'.repeat(mebi - 200)),
    path: 'syscalls[0].args[0].value',
  },
  { importer: 'oci', what: 'a number with an exponent', make: () => one('1e400'), path: 'syscalls[0].args[0].value' },
  {
    importer: 'oci',
    what: 'a contradiction',
    make: () =>
      oci(
        ['SCMP_ACT_ALLOW', 'SCMP_ACT_LOG'].map((action, index) => ({
          names: ['ioctl'],
          action,
          args: [{ index, value: 7, op: 'SCMP_CMP_EQ' }],
        })),
      ),
    path: 'syscalls',
  },
  {
    importer: 'oci',
    what: 'more rules than there can be',
    make: () => oci(Array.from({ length: 8000 }, () => ({ names: ['read'], action: 'SCMP_ACT_ALLOW' }))),
    path: 'syscalls',
  },
  {
    importer: 'oci',
    what: 'an object of the operator with a contradiction',
    make: () =>
      '{"apiVersion":"a","kind":"SeccompProfile","spec":{"defaultAction":"SCMP_ACT_LOG","defaultAction":"SCMP_ACT_ALLOW"}}',
    path: '(document)',
  },
  {
    importer: 'oci',
    what: 'metadata that is nested deep',
    make: () => `{"apiVersion":"a","kind":"SeccompProfile","metadata":${'['.repeat(half)}`,
    path: '(document)',
  },
  ...unit('systemd'),
  { importer: 'docker', what: 'huge', make: () => `docker run ${'a'.repeat(200 * mebi)}`, path: 'script' },
  {
    importer: 'docker',
    what: 'quotes without an end',
    make: () => `docker run "${'\\"'.repeat(half)}`,
    path: 'line 1',
  },
  { importer: 'docker', what: 'a million words', make: () => `docker run ${'-i '.repeat(half)}--no`, path: '--no' },
  {
    importer: 'bwrap',
    what: 'a document without an end',
    make: () => `base64 -d >"$filter" <<'END'\n${'A\n'.repeat(half)}`,
    path: 'line 1',
  },
  { importer: 'bwrap', what: 'a million lines', make: () => `${'#\n'.repeat(half)}no`, path: `line ${half + 1}` },
  ...unit('unit'),
  { importer: 'unit', what: 'a limit beyond 2^64', make: () => 'LimitNOFILE=18446744073709551617', path: 'line 1' },
  {
    importer: 'unit',
    what: 'quotes without an end',
    make: () => `Environment=${'"\\"'.repeat(300_000)}`,
    path: 'line 1',
  },
  { importer: 'unit', what: 'a mask beyond 2^64', make: () => `UMask=${'7'.repeat(half)}`, path: 'line 1' },
];
