import { describe, expect, it } from 'vitest';

import type { Response } from '../http/request.js';
import { conditionsOf, placementOf, type Question } from './conditions.js';

const time = Date.parse('2026-01-02T03:04:05Z');
const date = 'Fri, 02 Jan 2026 03:04:05 GMT';
const later = 'Sat, 03 Jan 2026 03:04:05 GMT';
const etag = '"a-1"';

const beginning = { length: 10, etag: null, lastModified: time, lastByte: time };
const rest: Question = { beginning, isRange: true, modifiedSince: null };
const tagged: Question = { ...rest, beginning: { ...beginning, etag } };
const timed: Question = { ...rest, beginning: { ...beginning, lastModified: null } };
const whole: Question = { ...rest, isRange: false };
const nothing: Question = { beginning: undefined, isRange: false, modifiedSince: null };
const newer: Question = { ...nothing, modifiedSince: time + 999 };

function answer(status: number, headers: Readonly<Record<string, string>> = {}): Response {
  return {
    status,
    header: (name) => headers[name],
    body: undefined as never,
    url: new URL('http://a/x'),
    provesEnd: false,
  };
}

describe('conditionsOf', () => {
  it.each<readonly [string, Question, Readonly<Record<string, string>>]>([
    ['nothing that is there', nothing, {}],
    ['the whole file', whole, {}],
    ['a newer file', newer, { 'if-modified-since': date }],
    ['the rest, by its time', rest, { range: 'bytes=10-', 'if-range': date }],
    ['the rest, by its ETag', tagged, { range: 'bytes=10-', 'if-range': etag }],
    ['the rest, by its last byte', timed, { range: 'bytes=10-', 'if-unmodified-since': date }],
    [
      'the rest of a newer file',
      { ...rest, modifiedSince: time },
      { range: 'bytes=10-', 'if-range': date, 'if-modified-since': date },
    ],
  ])('asks for %s', (_, question, headers) => expect(conditionsOf(question)).toEqual(headers));
});

describe('placementOf', () => {
  const appended = (total: number | undefined, skip = 0) => ({ isAppended: true, skip, total, isComplete: false });
  const anew = (total?: number) => ({ isAppended: false, skip: 0, total, isComplete: false });
  const complete = { isAppended: true, skip: 0, total: 10, isComplete: true };
  const range = { 'content-range': 'bytes 10-19/20' };
  const length = { 'content-length': '20' };

  it.each<readonly [string, Response, Question, unknown]>([
    ['a file', answer(200, length), nothing, anew(20)],
    ['a file of unknown length', answer(200), nothing, anew()],
    ['another status', answer(404), nothing, undefined],
    ['a part unasked', answer(206, range), nothing, undefined],
    [
      'a part of a file of 2099',
      answer(206, { ...range, 'last-modified': 'Thu, 01 Jan 2099 00:00:00 GMT' }),
      rest,
      'again',
    ],
    ['a part unasked, with something there', answer(206, range), whole, undefined],
    ['a 416 unasked', answer(416, { 'content-range': 'bytes */10' }), whole, undefined],
    ['a 304 unasked', answer(304), nothing, undefined],
    ['a 304 unasked, to a range', answer(304), rest, undefined],
    ['a 304', answer(304), newer, 'unchanged'],
    ['a file that is not newer', answer(200, { ...length, 'last-modified': date }), newer, 'unchanged'],
    ['a file that is newer', answer(200, { ...length, 'last-modified': later }), newer, anew(20)],
    ['a file without a time', answer(200, length), newer, anew(20)],
    ['the rest', answer(206, range), rest, appended(20)],
    ['the rest, of the same time', answer(206, { ...range, 'last-modified': date }), rest, appended(20)],
    ['the rest, of another time', answer(206, { ...range, 'last-modified': later }), rest, 'again'],
    [
      'the rest, of the same ETag and another time',
      answer(206, { ...range, etag, 'last-modified': later }),
      tagged,
      appended(20),
    ],
    ['the rest, of another ETag', answer(206, { ...range, etag: '"b"', 'last-modified': date }), tagged, 'again'],
    ['the rest, of a weak ETag', answer(206, { ...range, etag: 'W/"b"', 'last-modified': date }), tagged, appended(20)],
    ['the rest, older than the last byte', answer(206, { ...range, 'last-modified': date }), timed, appended(20)],
    ['the rest, newer than the last byte', answer(206, { ...range, 'last-modified': later }), timed, 'again'],
    ['another range', answer(206, { 'content-range': 'bytes 5-19/20' }), rest, 'again'],
    ['a range without its end', answer(206, { 'content-range': 'bytes 10-18/20' }), rest, 'again'],
    ['a part without a range', answer(206), rest, 'again'],
    ['the end', answer(416, { 'content-range': 'bytes */10' }), rest, complete],
    ['the end of another file', answer(416, { 'content-range': 'bytes */10', 'last-modified': later }), rest, 'again'],
    ['the end of a shorter file', answer(416, { 'content-range': 'bytes */9' }), rest, 'again'],
    ['an end without a length', answer(416), rest, 'again'],
    ['a failed condition', answer(412), rest, 'again'],
    ['all of the same file', answer(200, { ...length, 'last-modified': date }), rest, appended(20, 10)],
    ['all of the same ETag', answer(200, { ...length, etag }), tagged, appended(20, 10)],
    ['all of the same file, at once', answer(200, { ...length, 'last-modified': date }), whole, appended(20, 10)],
    ['all of another file', answer(200, { ...length, 'last-modified': later }), rest, anew(20)],
    ['all of what may be another file', answer(200, length), rest, anew(20)],
    ['all of a shorter file', answer(200, { 'content-length': '9', 'last-modified': date }), rest, anew(9)],
    ['all, of unknown length', answer(200, { 'last-modified': date }), rest, anew()],
  ])('judges %s correctly', (_, response, question, expected) =>
    expect(placementOf(response, question)).toEqual(expected),
  );
});
