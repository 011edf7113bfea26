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

  it('keeps a path that is no UTF-8 text as bytes', () => {
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
    ['an ABI of 0', { abi: 0, paths: [] }, /abi 0 is none/],
    ['no ABI', { paths: [] } as unknown as LandlockOptions, /abi undefined is none/],
    ['an ABI that is not known and not needed', { abi: 12, paths: [] }, /ABI 12 is newer/],
    ['nothing to restrict', { abi: 7 }, /restricts nothing/],
    ['nothing to restrict, with an empty net', { abi: 7, net: {} }, /restricts nothing/],
    ['an empty handle', { abi: 7, handle: [] }, /handle is empty/],
    ['a right that does not exist', { abi: 7, paths: [path('/x', ['read' as 'read_file'])] }, /fs has no "read"/],
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
    ['a right twice', { abi: 7, paths: [path('/x', ['read_file', 'read_file'])] }, /listed twice/],
    ['a scope twice', { abi: 7, scope: ['signal', 'signal'] }, /listed twice/],
    ['a rule without rights', { abi: 7, paths: [path('/x', [])] }, /no effect/],
    ['a rule without paths', { abi: 7, paths: [{ paths: [], rights: ['read_file'], preset: true }] }, /no path/],
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
    ['a second rule that adds nothing', { abi: 7, paths: [rw('/x'), ro('/x')] }, /grants nothing/],
    ['an empty path', { abi: 7, paths: [ro('')] }, /path is empty/],
    ['half a surrogate pair in a path', { abi: 7, paths: [ro('/\ud800')] }, /is no text/],
    ['a NUL in a path', { abi: 7, paths: [ro('/a\0b')] }, /NUL/],
    ['a path that is too long', { abi: 7, paths: [ro(`/${'x'.repeat(4095)}`)] }, /4096 bytes/],
    ['port 65536', { abi: 7, net: { connectTcp: [65_536] } }, /65536 is no port/],
    ['port 0.5', { abi: 7, net: { bindTcp: [0.5] } }, /0.5 is no port/],
    ['connecting to port 0', { abi: 7, net: { connectTcp: [0] } }, /no effect/],
    ['a port twice', { abi: 7, net: { connectTcp: [443, 443] } }, /listed twice/],
    ['a misspelt port right', { abi: 7, net: { connectTCP: [443] } as object }, /net has no "connectTCP"/],
    ['an unknown key', loose({ abi: 7, paths: [], scopes: ['signal'] }), /policy has no "scopes"/],
    ['a misspelt key', loose({ abi: 7, paths: [], nett: {} }), /no "nett"/],
    ['a key of Object', loose({ abi: 7, paths: [], constructor: [] }), /no "constructor"/],
    ['options that are none', loose(null), /no object/],
    ['an undefined key', loose({ abi: 7, paths: [], net: undefined }), /net .* undefined/],
    ['undefined ports', loose({ abi: 7, paths: [], net: { connectTcp: undefined } }), /connectTcp of net is undefined/],
    ['a port that is no list', loose({ abi: 7, net: { connectTcp: 443 } }), /no list/],
    ['a scope that is no list', loose({ abi: 7, scope: 'signal' }), /scope .* no list/],
    ['an unknown key of log', loose({ abi: 7, paths: [], log: { newExecs: true } }), /log has no "newExecs"/],
    ['a log option that is no boolean', loose({ abi: 7, paths: [], log: { sameExec: 0 } }), /no boolean/],
    [
      'an unknown rule option',
      loose({ abi: 7, paths: [ro('/x', { optinal: true } as object)] }),
      /rule has no "optinal"/,
    ],
    ['a rule option that is text', loose({ abi: 7, paths: [{ ...ro('/x'), optional: 'false' }] }), /no boolean/],
    ['an undefined rule option', loose({ abi: 7, paths: [{ ...ro('/x'), refer: undefined }] }), /refer .* undefined/],
    [
      'options before a path',
      loose({ abi: 7, paths: [{ ...ro('/x'), paths: [{ refer: true }, '/y'] }] }),
      /is no path/,
    ],
    [
      'a right that is no name',
      loose({ abi: 7, paths: [{ paths: ['/x'], rights: [null], preset: false }] }),
      /no name: null/,
    ],
    ['a rule without preset', loose({ abi: 7, paths: [{ paths: ['/x'], rights: ['read_file'] }] }), /no preset/],
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

  it('takes options last only, and drops nothing that a builder was given', () => {
    const build = ro as (...args: readonly unknown[]) => ReturnType<typeof ro>;
    for (const args of [
      ['/x', { refer: true }, '/y'],
      ['/x', 5],
      ['/x', 5, {}],
      ['/x', null],
    ]) {
      expect(() => policy({ abi: 7, paths: [build(...args)] })).toThrow(/is no path/);
    }
  });

  it('allows port 0 for binding, which means any free one', () => {
    expect(policy({ abi: 7, net: { bindTcp: [0] } }).ports).toEqual([{ port: 0, rights: ['bind_tcp'] }]);
  });
});
