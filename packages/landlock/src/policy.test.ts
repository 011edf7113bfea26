import { describe, expect, it } from 'vitest';

import type { LandlockOptions } from './options.js';
import { list, path, ro, rw, rwx, rx } from './paths.js';
import { policy } from './policy.js';
import { namesOf } from './rights.js';

/** What is written in JavaScript, where no type is checked. */
const loose = (options: unknown) => options as LandlockOptions;
const rule = (options: Partial<LandlockOptions>) => policy({ abi: 7, paths: [], ...options }).paths[0];

describe('policy', () => {
  it('is frozen, and the same after a trip through JSON', () => {
    const made = policy({
      abi: 7,
      paths: [rw('./out', { refer: true })],
      net: { connectTcp: [443] },
      log: { newExec: true },
    });
    expect(JSON.parse(JSON.stringify(made))).toEqual(made);
    for (const part of [made, made.paths, made.paths[0]?.rights, made.ports, made.handled, made.require]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it('restricts everything that its own ABI has, never what a newer one has', () => {
    expect(policy({ abi: 4, paths: [] }).handled.fs).toEqual(namesOf('fs', 4));
    expect(policy({ abi: 4, paths: [] }).handled.fs).not.toContain('ioctl_dev');
    expect(policy({ abi: 4, net: { bindTcp: [] } }).handled).toEqual({ fs: [], net: ['bind_tcp'] });
  });

  it('means by a preset what its ABI has of it', () => {
    expect(rule({ abi: 2, paths: [rw('/x')] })?.rights).not.toContain('truncate');
    expect(rule({ abi: 3, paths: [rw('/x')] })?.rights).toContain('truncate');
    expect(rule({ paths: [ro('/x')] })?.rights).toEqual(['read_file', 'read_dir']);
    expect(rule({ paths: [rx('/x')] })?.rights).toEqual(['execute', 'read_file', 'read_dir']);
    expect(rule({ paths: [list('/x')] })?.rights).toEqual(['read_dir']);
  });

  it.each([ro, rx, rw, rwx, list])('never grants refer, devices or ioctl unasked (%o)', (preset) => {
    const rights = rule({ abi: 11, paths: [preset('/x')] })?.rights ?? [];
    expect(rights.length).toBeGreaterThan(0);
    for (const right of ['refer', 'make_char', 'make_block', 'ioctl_dev', 'resolve_unix']) {
      expect(rights).not.toContain(right);
    }
    expect(rule({ abi: 11, paths: [preset('/x', { refer: true })] })?.rights).toContain('refer');
  });

  it('keeps a path that is not UTF-8 text as bytes', () => {
    expect(rule({ paths: [ro(Uint8Array.of(0x2f, 0xff))] })?.path).toEqual({ base64: 'L/8=' });
    expect(rule({ paths: [ro(Buffer.from('/ä'))] })?.path).toBe('/ä');
  });

  it('requires everything unless told otherwise, and writes groups out', () => {
    const options = { abi: 7, paths: [], net: { connectTcp: [] }, scope: ['signal'] } as const;
    expect(policy(options).require).toEqual([
      ...namesOf('fs', 7).map((name) => `fs.${name}`),
      'net.connect_tcp',
      'scope.signal',
    ]);
    expect(policy({ ...options, require: ['scope', 'fs.refer'] }).require).toEqual(['fs.refer', 'scope.signal']);
    expect(policy({ ...options, require: [] }).require).toEqual([]);
  });

  it('takes a right that is newer than the package, with its ABI', () => {
    const made = policy({ abi: 12, paths: [path('/x', ['unsafe_unknown_bit_17'])] });
    expect(made.handled.fs).toContain('unsafe_unknown_bit_17');
    expect(policy({ abi: 12, net: { unsafe_unknown_bit_4: [443] } }).handled.net).toEqual(['unsafe_unknown_bit_4']);
  });

  it.each<[string, LandlockOptions, RegExp]>([
    ['an ABI of 0', { abi: 0, paths: [] }, /abi is not a Landlock ABI from 1 to 64: 0/],
    ['no ABI', { paths: [] } as unknown as LandlockOptions, /abi is missing/],
    ['an ABI that is not known and not needed', { abi: 12, paths: [] }, /ABI 12 is newer/],
    ['nothing to restrict', { abi: 7 }, /restricts nothing/],
    ['nothing to restrict, with an empty net', { abi: 7, net: {} }, /restricts nothing/],
    ['an empty handle', { abi: 7, handle: [] }, /handle has 0 entries/],
    [
      'a right that does not exist',
      { abi: 7, paths: [path('/x', ['read' as 'read_file'])] },
      /rights\[0\] is not a right for files: "read"/,
    ],
    [
      'a right that the ABI has not got',
      { abi: 4, paths: [path('/x', ['ioctl_dev'])] },
      /needs ABI 5, and the policy is for ABI 4/,
    ],
    ['a scope that the ABI has not got', { abi: 5, scope: ['signal'] }, /scope.signal needs ABI 6/],
    ['a port right that the ABI has not got', { abi: 3, net: { connectTcp: [] } }, /net.connect_tcp needs ABI 4/],
    [
      'a log flag that the ABI has not got',
      { abi: 6, paths: [], log: { newExec: true } },
      /log.new_exec_on needs ABI 7/,
    ],
    ['quiet rules before ABI 10', { abi: 9, paths: [ro('/x', { quiet: true })] }, /log.quiet needs ABI 10/],
    ['refer on ABI 1', { abi: 1, paths: [rw('/x', { refer: true })] }, /fs.refer needs ABI 2/],
    ['a rule without rights', { abi: 7, paths: [path('/x', [])] }, /no effect/],
    [
      'a rule without paths',
      { abi: 7, paths: [{ paths: [], rights: ['read_file'], exact: false }] },
      /paths\[0\]\.paths has 0 entries/,
    ],
    [
      'a rule whose right is not restricted',
      { abi: 7, handle: ['write_file'], paths: [path('/x', ['read_file'])] },
      /no effect: read_file/,
    ],
    ['a preset of which nothing is restricted', { abi: 7, handle: ['execute'], paths: [ro('/x')] }, /no effect/],
    [
      'refer where it is not restricted',
      { abi: 7, handle: ['read_file'], paths: [ro('/x', { refer: true })] },
      /no effect: refer/,
    ],
    ['an empty path', { abi: 7, paths: [ro('')] }, /is not a path of 1 to 4095 bytes/],
    ['half a surrogate pair in a path', { abi: 7, paths: [ro('/\ud800')] }, /is not a path of/],
    ['a NUL in a path', { abi: 7, paths: [ro('/a\0b')] }, /NUL/],
    ['a path that is too long', { abi: 7, paths: [ro(`/${'x'.repeat(4095)}`)] }, /is not a path of 1 to 4095 bytes/],
    ['port 65536', { abi: 7, net: { connectTcp: [65_536] } }, /connectTcp\[0\] is not a port from 1 to 65535: 65536/],
    ['port 0.5', { abi: 7, net: { bindTcp: [0.5] } }, /bindTcp\[0\] is not a port from 0 to 65535: 0\.5/],
    ['connecting to port 0', { abi: 7, net: { connectTcp: [0] } }, /connectTcp\[0\] is not a port from 1/],
    [
      'a misspelt port right',
      { abi: 7, net: { connectTCP: [443] } as object },
      /net\.connectTCP is unknown\. Did you mean "connectTcp"/,
    ],
    ['an unknown key', loose({ abi: 7, paths: [], scopes: ['signal'] }), /scopes is unknown\. Did you mean "scope"/],
    ['a misspelt key', loose({ abi: 7, paths: [], nett: {} }), /nett is unknown\. Did you mean "net"/],
    ['a key of Object', loose({ abi: 7, paths: [], constructor: [] }), /constructor is unknown/],
    ['options that are none', loose(null), /policy is not an object: null/],
    ['an undefined key', loose({ abi: 7, paths: [], net: undefined }), /net .* undefined/],
    [
      'undefined ports',
      loose({ abi: 7, paths: [], net: { connectTcp: undefined } }),
      /net\.connectTcp is not a list of ports: undefined/,
    ],
    [
      'a port that is no list',
      loose({ abi: 7, net: { connectTcp: 443 } }),
      /net\.connectTcp is not a list of ports: 443/,
    ],
    ['a scope that is no list', loose({ abi: 7, scope: 'signal' }), /scope is not a list of scopes: "signal"/],
    [
      'an unknown key of log',
      loose({ abi: 7, paths: [], log: { newExecs: true } }),
      /log\.newExecs is unknown\. Did you mean "newExec"/,
    ],
    [
      'a log option that is no boolean',
      loose({ abi: 7, paths: [], log: { sameExec: 0 } }),
      /log\.sameExec is not true or false: 0/,
    ],
    [
      'an unknown rule option',
      loose({ abi: 7, paths: [ro('/x', { optinal: true } as object)] }),
      /paths\[0\]\.optinal is unknown\. Did you mean "optional"/,
    ],
    [
      'a rule option that is text',
      loose({ abi: 7, paths: [{ ...ro('/x'), optional: 'false' }] }),
      /paths\[0\]\.optional is not true or false/,
    ],
    [
      'options before a path',
      loose({ abi: 7, paths: [{ ...ro('/x'), paths: [{ refer: true }, '/y'] }] }),
      /paths\[0\]\.paths\[0\] is not a path of 1 to 4095 bytes without a NUL or bytes/,
    ],
    [
      'a right that is no name',
      loose({ abi: 7, paths: [{ paths: ['/x'], rights: [null] }] }),
      /rights\[0\] is not a right for files: null/,
    ],
    [
      'a requirement that nothing asks for',
      { abi: 7, paths: [], require: ['net'] },
      /"net", which the policy does not ask for/,
    ],
    ['a misspelt requirement', { abi: 7, paths: [], require: ['fs.read'] }, /"fs.read"/],
  ])('refuses %s', (_name, options, message) => {
    expect(() => policy(options)).toThrow(
      expect.objectContaining({ code: 'invalid-policy', layer: 'landlock', message: expect.stringMatching(message) }),
    );
  });

  it('lists nothing twice, in any order of the options', () => {
    const once = policy({ abi: 7, paths: [rw('/x')], net: { connectTcp: [443] }, scope: ['signal'] });
    for (const paths of [
      [rw('/x'), ro('/x')],
      [ro('/x'), rw('/x'), rw('/x')],
      [rw('/x', '/x'), ro('/x', { optional: true })],
    ]) {
      expect(policy({ abi: 7, paths, net: { connectTcp: [443, 443] }, scope: ['signal', 'signal'] })).toEqual(once);
    }
    expect(rule({ paths: [path('/x', ['read_file', 'read_file'])] })?.rights).toEqual(['read_file']);
  });

  it('keeps a rule that says what another one for its path does not', () => {
    const kept = (...paths: LandlockOptions['paths'] & object) => policy({ abi: 11, paths }).paths.length;
    // The path has to be there; the right has to fit it; its denials are logged.
    expect(kept(rw('/x', { optional: true }), ro('/x'))).toBe(2);
    expect(kept(rw('/x'), path('/x', ['make_dir']))).toBe(2);
    expect(kept(rw('/x', { quiet: true }), ro('/x'))).toBe(2);
    expect(kept(ro('/x'), rx('/x'), rw('/x'))).toBe(2);
  });

  it('compares many rules for one path without meeting each with each', () => {
    // With each against each this took minutes.
    const files = Array.from({ length: 20_000 }, (_, inode) => ({ device: '1', inode: String(inode) }));
    const paths = files.map((file) => ({ ...rx('/x'), file }));
    expect(policy({ abi: 7, paths }).paths).toHaveLength(files.length);
    expect(policy({ abi: 7, paths: [...paths, rx('/x')] }).paths).toHaveLength(files.length);
  });

  it('takes options last only, and drops nothing that a builder was given', () => {
    const build = ro as (...args: readonly unknown[]) => ReturnType<typeof ro>;
    for (const args of [
      ['/x', { refer: true }, '/y'],
      ['/x', 5],
      ['/x', 5, {}],
      ['/x', null],
    ]) {
      expect(() => policy({ abi: 7, paths: [build(...args)] })).toThrow(/is not a path of/);
    }
  });

  it('allows port 0 for binding, which means any free one', () => {
    expect(policy({ abi: 7, net: { bindTcp: [0] } }).ports).toEqual([{ port: 0, rights: ['bind_tcp'] }]);
  });
});
