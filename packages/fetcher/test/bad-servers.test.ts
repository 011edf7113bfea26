import { readdirSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Outcome } from '../src/request/options.js';
import { endlessly, framingModes, type Mode, ok } from './kit/bad-answers.js';
import { errorOf, fetcherFor } from './kit/fetch.js';
import { type RawServer, rawServer, response } from './kit/server.js';

const redirect = (location: string): string => response('302 Found', { location, 'content-length': 0 });

function drip(socket: Socket, text: string): void {
  const timer = setInterval(() => socket.write(text), 400);
  socket.on('close', () => clearInterval(timer));
}

const modes: readonly Mode[] = [
  ...framingModes,
  ['closes at once', (socket) => socket.end(), /^truncated: /],
  ['resets at once', (socket) => socket.resetAndDestroy(), /^truncated: /],
  ['says nothing', () => {}, /^too-slow: /],
  ['says a line a second', (socket) => drip(socket, 'x'), /^(?:protocol|too-slow): /],
  ['is another protocol', (socket) => socket.end('220 ready\r\n'), /^protocol: /],
  ['is HTTP/0.9', (socket) => socket.end('hello'), /^protocol: /],
  ['says garbage before the status', (socket) => socket.end(`xx${ok({ 'content-length': 1 }, 'x')}`), /^protocol: /],
  ['has a NUL in a header', (socket) => socket.end(ok({ 'x-a': 'a\0b', 'content-length': 1 }, 'x')), /^protocol: /],
  ['has endless headers', (socket) => endlessly(socket, 'a: b\r\n', 'HTTP/1.1 200 OK\r\n'), /^protocol: /],
  ['has one endless header', (socket) => endlessly(socket, 'x', 'HTTP/1.1 200 OK\r\na: '), /^protocol: /],
  ['sends two lengths', (socket) => socket.end(ok({ 'content-length': 1, 'Content-Length': 2 }, 'xx')), /^protocol: /],
  [
    'sends a length and chunks',
    (socket) => socket.end(ok({ 'content-length': 5, 'transfer-encoding': 'chunked' }, '0\r\n\r\n')),
    /^protocol: /,
  ],
  ['sends a negative length', (socket) => socket.end(ok({ 'content-length': -1 })), /^protocol: /],
  ['sends less than its length', (socket) => socket.end(ok({ 'content-length': 10 }, 'short')), /^truncated: /],
  [
    'resets in the body',
    (socket) => socket.write(ok({ 'content-length': 10 }, 'short'), () => socket.resetAndDestroy()),
    /^truncated: /,
  ],
  ['stops in the body', (socket) => socket.write(ok({ 'content-length': 10 }, 'short')), /^too-slow: /],
  ['drips', (socket) => drip(socket.write(ok({ 'content-length': 1000 })) ? socket : socket, 'x'), /^too-slow: /],
  ['ends in a chunk', (socket) => socket.end(ok({ 'transfer-encoding': 'chunked' }, '5\r\nabc')), /^truncated: /],
  [
    'has a chunk size that is none',
    (socket) => socket.end(ok({ 'transfer-encoding': 'chunked' }, 'zz\r\nabc')),
    /^protocol: /,
  ],
  [
    'has a huge chunk size',
    (socket) => socket.end(ok({ 'transfer-encoding': 'chunked' }, `${'f'.repeat(40)}\r\nabc`)),
    /^protocol: /,
  ],
  ['is too large, and says so', (socket) => socket.write(ok({ 'content-length': 100_001 })), /^too-large: /],
  ['is endless', (socket) => endlessly(socket, 'x', ok({})), /^protocol: .*no valid length/],
  [
    'is endless in chunks',
    (socket) => endlessly(socket, '1\r\nx\r\n', ok({ 'transfer-encoding': 'chunked' })),
    /^too-large: /,
  ],
  ['redirects to itself', (socket) => socket.write(redirect('/redirects-to-itself')), /^redirect: More than 10/],
  ['redirects to nowhere', (socket) => socket.write(response('302 Found', { 'content-length': 0 })), /^redirect: /],
  ['redirects to a file', (socket) => socket.write(redirect('file:///etc/shadow')), /^redirect: /],
  ['redirects to another port', (socket) => socket.write(redirect('http://127.0.0.1:1/x')), /^redirect: .*port 1,/],
  [
    'sends a part unasked',
    (socket) =>
      socket.write(response('206 Partial Content', { 'content-range': 'bytes 0-0/1', 'content-length': 1 }, 'x')),
    /^http: .*206/,
  ],
  ['has no content', (socket) => socket.write(response('204 No Content', {})), /^http: .*204/],
  ['is broken', (socket) => socket.write(response('500 Broken', { 'content-length': 5 }, 'error')), /^http: .*500/],
];

const fileOf = (name: string): string => name.replaceAll(/\W/g, '-');

describe.skipIf(missing('root', 'linux', 'landlock6'))('a server that', () => {
  let folder: TemporaryFolder;
  let server: RawServer;
  let outcomes: readonly Outcome[];
  let milliseconds: number;

  // All at once by one worker: what one server does to its file does nothing to another.
  beforeAll(async () => {
    folder = temporaryFolder();
    const answers = new Map(modes.map(([name, answer]) => [`/${fileOf(name)}`, answer]));
    server = await rawServer((socket, head) => {
      const [, path = ''] = head.split(' ');
      const answer = answers.get(path);
      if (answer === undefined) socket.write(ok({ 'content-length': 4 }, 'good'));
      else answer(socket);
    });
    const limits = { connectTimeout: 3000, slowWindow: 6000, slowBytes: 100, hostErrors: 0 };
    await using fetcher = fetcherFor({ parallel: 64, limits });
    const names = [...modes.map(([name]) => name), 'good'];
    const begun = performance.now();
    outcomes = await fetcher.download(
      names.map((name) => ({
        sources: [`${server.origin}/${fileOf(name)}`],
        to: folder.file(fileOf(name)),
        maxBytes: 100_000,
      })),
    );
    milliseconds = performance.now() - begun;
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  it.each(modes.map(([name, , expected], index) => ({ name, expected, index })))('$name', ({ expected, index }) => {
    const outcome = outcomes[index];
    expect(errorOf(outcome)).toMatch(expected);
    expect(outcome?.failures[0]?.host).toBe(server.host);
  });

  it('is good gives its file, and no other name appears', () => {
    expect(outcomes.at(-1)).toMatchObject({ status: 'done', size: 4 });
    expect(readFileSync(folder.file('good'), 'utf8')).toBe('good');
    const whole = readdirSync(folder.path).filter((name) => !name.endsWith('.part'));
    expect(whole).toEqual(['good']);
    expect(milliseconds).toBeLessThan(30_000);
  });

  it('sends more than its length gives what it promised, and no more', async () => {
    await using generous = await rawServer((socket) => socket.end(ok({ 'content-length': 4 }, 'goodbye')));
    await using fetcher = fetcherFor();
    const to = folder.file('generous');
    expect(await fetcher.download([{ sources: [`${generous.origin}/x`], to }])).toMatchObject([{ status: 'done' }]);
    expect(readFileSync(to, 'utf8')).toBe('good');
  });

  it('has another size than requested is left before its body', async () => {
    await using fetcher = fetcherFor();
    const to = folder.file('size');
    const [outcome] = await fetcher.download([{ sources: [`${server.origin}/good`], to, size: 5 }]);
    expect(errorOf(outcome)).toBe(`wrong-size: the file on ${server.host} has 4 bytes instead of 5`);
  });

  it('does not listen has its own error code', async () => {
    await using fetcher = fetcherFor({ limits: { connectTimeout: 3000, slowWindow: 3000 } });
    await using silent = await rawServer(() => {});
    const sources = ['http://127.0.0.1:1/x', 'http://nowhere.invalid/x', `https://${silent.host}/x`];
    const [outcome] = await fetcher.download([{ sources, to: folder.file('none') }]);
    const codes = outcome?.failures.map(({ code }) => code);
    expect(codes?.slice(0, 2)).toEqual(['connect', 'dns']);
    // A server that accepts and never speaks TLS.
    expect(codes?.[2]).toMatch(/^(?:connect|too-slow)$/);
  });
});
