import type { Socket } from 'node:net';

import { response } from './server.js';

/** A way of a server to be wrong, and what has to come of it, as `CODE: MESSAGE`. */
export type Mode = readonly [name: string, answer: (socket: Socket) => void, expected: RegExp];

/** An answer that says yes. */
export const ok = (headers: Readonly<Record<string, string | number>>, body = ''): string =>
  response('200 OK', headers, body);

/** Sends something, and then the same for ever: 16 MB a second, so that many at once leave some of the machine. */
export function endlessly(socket: Socket, text: string, before = ''): void {
  const chunk = text.repeat(Math.ceil(65_536 / text.length));
  if (before !== '') socket.write(before);
  const timer = setInterval(() => {
    if (!socket.writableNeedDrain) socket.write(chunk);
  }, 4);
  socket.on('close', () => clearInterval(timer));
}

const chunked = { 'transfer-encoding': 'chunked' };
const whole = ok({ 'content-length': 4 }, 'good');

/** Sends the start of a good answer, and resets the connection. */
const resetAfter = (bytes: number) => (socket: Socket) =>
  void socket.write(whole.slice(0, bytes), () => socket.resetAndDestroy());

/** Sends one thing, and waits. */
const says = (text: string) => (socket: Socket) => void socket.write(text);

/** What servers do to the framing of HTTP/1.1 (RFC 9112), beside what others do to its content. */
export const framingModes: readonly Mode[] = [
  ['is reset in its status', resetAfter(8), /^truncated: /],
  ['is reset after its status', resetAfter('HTTP/1.1 200 OK\r\n'.length), /^truncated: /],
  ['is reset in its header', resetAfter(whole.length - 8), /^truncated: /],
  ['is reset before its body', resetAfter(whole.length - 4), /^truncated: /],
  ['is reset before its last byte', resetAfter(whole.length - 1), /^truncated: /],
  ['ends its body with its connection', (socket) => void socket.end(ok({}, 'good')), /^protocol: .*no valid length/],
  [
    'ends its body with its connection, in HTTP/1.0',
    (socket) => void socket.end('HTTP/1.0 200 OK\r\n\r\ngood'),
    /^protocol: .*no valid length/,
  ],
  ['stops in its status', says('HTTP/1.1 20'), /^too-slow: /],
  ['stops in its header', says('HTTP/1.1 200 OK\r\ncontent-len'), /^too-slow: /],
  ['floods with 100', (socket) => endlessly(socket, 'HTTP/1.1 100 Continue\r\n\r\n'), /^(?:protocol|truncated): /],
  ['floods with 103', (socket) => endlessly(socket, 'HTTP/1.1 103 Early Hints\r\na: b\r\n\r\n'), /^too-slow: /],
  [
    'switches protocols unasked',
    says('HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
    /^(?:protocol|truncated): /,
  ],
  ['has a status of four digits', says('HTTP/1.1 2000 OK\r\n\r\n'), /^protocol: /],
  ['has a status of letters', says('HTTP/1.1 abc OK\r\n\r\n'), /^protocol: /],
  ['has status 999', says(response('999 What', { 'content-length': 0 })), /^http: .*999/],
  ['has status 304 unasked', says(response('304 Not Modified', {})), /^http: .*304/],
  [
    'has status 416 unasked',
    says(response('416 No', { 'content-range': 'bytes */0', 'content-length': 0 })),
    /^http: .*416/,
  ],
  ['speaks another HTTP', says('HTTP/9.9 200 OK\r\ncontent-length: 4\r\n\r\ngood'), /^protocol: /],
  ['has a blank in a name', says('HTTP/1.1 200 OK\r\ncontent length: 4\r\n\r\ngood'), /^protocol: /],
  ['has a blank before a colon', says('HTTP/1.1 200 OK\r\ncontent-length : 4\r\n\r\ngood'), /^protocol: /],
  ['has a bare CR in a field', says('HTTP/1.1 200 OK\r\na: b\rcontent-length: 4\r\n\r\ngood'), /^protocol: /],
  ['has a length with a sign', says(ok({ 'content-length': '+4' }, 'good')), /^protocol: /],
  ['has a length in hexadecimal digits', says(ok({ 'content-length': '0x4' }, 'good')), /^protocol: /],
  ['has a length of 30 digits', says(ok({ 'content-length': '9'.repeat(30) }, 'good')), /^protocol: /],
  ['has a list of lengths', says(ok({ 'content-length': '4, 5' }, 'good')), /^protocol: /],
  [
    'has ten thousand fields',
    (socket) => void socket.write(`HTTP/1.1 200 OK\r\n${'a:b\r\n'.repeat(10_000)}\r\n`),
    /^protocol: /,
  ],
  [
    'encodes its transfer with gzip',
    says(ok({ 'transfer-encoding': 'gzip, chunked' }, '4\r\ngood\r\n0\r\n\r\n')),
    /^protocol: /,
  ],
  ['encodes its transfer unheard of', says(ok({ 'transfer-encoding': 'magic' }, 'good')), /^(?:protocol|too-slow): /],
  [
    'has chunks, and then another encoding',
    says(ok({ 'transfer-encoding': 'chunked, gzip' }, '4\r\ngood\r\n0\r\n\r\n')),
    /^protocol: /,
  ],
  [
    'floods in the extension of a chunk',
    (socket) => endlessly(socket, 'x', `${ok(chunked)}4;`),
    /^(?:protocol|too-slow): /,
  ],
  [
    'floods in its trailer',
    (socket) => endlessly(socket, 'a: b\r\n', `${ok(chunked)}4\r\ngood\r\n0\r\n`),
    /^(?:protocol|too-slow): /,
  ],
  ['has a chunk larger than it says', says(ok(chunked, '4\r\ngoods\r\n0\r\n\r\n')), /^protocol: /],
  ['has a NUL in the size of a chunk', says(ok(chunked, '4\0\r\ngood\r\n0\r\n\r\n')), /^protocol: /],
  ['has a NUL in a name', says(ok({ 'a\0b': 'c', 'content-length': 4 }, 'good')), /^protocol: /],
  ['has a negative chunk', says(ok(chunked, '-4\r\ngood\r\n0\r\n\r\n')), /^protocol: /],
  ['ends before its last chunk', (socket) => void socket.end(ok(chunked, '4\r\ngood\r\n')), /^truncated: /],
  ['ends in its trailer', (socket) => void socket.end(ok(chunked, '4\r\ngood\r\n0\r\n')), /^truncated: /],
  [
    'redirects with an endless body',
    (socket) => endlessly(socket, 'x', response('302 Found', { location: '/redirects-with-an-endless-body' })),
    /^redirect: More than 10/,
  ],
  ['redirects to a long name', says(response('302 Found', { location: `/${'x'.repeat(17_000)}` })), /^protocol: /],
];
