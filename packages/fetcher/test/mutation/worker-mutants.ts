/* What a worker is, what confines it, and what it may say. Each takes one thing away; the test is named beside it. */
import { change, without } from '@sb/test-kit/mutation';

import { aheadMutants } from './ahead-mutants.js';

const unit = (file: string, test: string): readonly [string, string] => [`src/${file}`, test];

/** Who a worker is, and what it can do. */
const confinement = [
  without(
    'another user than root',
    'request/settings',
    "refuse('the worker must not run as root', 'Name a user that owns nothing, for instance nobody.');",
    ['test/enforcement/choices', 'downloads as root only where the switch'],
  ),
  without(
    'a group of its own',
    'sandbox/confinement',
    "...(base.user === undefined ? {} : { privateGroup: base.privateGroup ?? 'prefer' }),",
    unit('sandbox/confinement', 'has a private group if it switches to a user'),
  ),
  change(
    'any way to keep a neighbour of its user out',
    'sandbox/confinement',
    "{ privateGroup: base.privateGroup ?? 'prefer' }),",
    "{ privateGroup: 'off' as const }),",
    unit('sandbox/confinement', 'has a private group if it switches to a user'),
  ),
  without(
    'the bound on what it writes',
    'sandbox/confinement',
    ', fsize: 0',
    unit('sandbox/confinement', 'permits no write to files, and only the given ports'),
  ),
  change(
    'TCP ports of its sources alone',
    'sandbox/confinement',
    "connectTcp: connectTcp === 'any' || ports === 'any' ? 'any' : [...new Set([...connectTcp, ...ports])]",
    "connectTcp: 'any'",
    unit('sandbox/confinement', 'permits no write to files, and only the given ports'),
  ),
  change(
    'no ports beyond those of redirects',
    'sandbox/confinement',
    'own.includes(80) ? [443] : []',
    '[80, 443]',
    unit('sandbox/confinement', '"https://a/x"'),
  ),
  change(
    'no execution',
    'sandbox/confinement',
    "execOnce: seccomp !== 'off' && base.off?.includes('seccomp') !== true",
    'execOnce: false',
    unit('sandbox/confinement', 'permits the worker to execute nothing, unless the filter is off'),
  ),
  change(
    'no unix sockets',
    'sandbox/confinement',
    'rules: [noUnixSockets, ',
    'rules: [',
    unit('sandbox/confinement', 'denies unix sockets and holding a pipe, with any other choice of system calls'),
  ),
  without(
    'no pipe that is held up',
    'sandbox/confinement',
    '...noHeldPipes, ',
    unit('sandbox/confinement', 'denies unix sockets and holding a pipe, with any other choice of system calls'),
  ),
  change(
    'the system calls of a client',
    'sandbox/confinement',
    "= 'network-client'",
    "= 'allow-all'",
    unit('sandbox/confinement', 'permits the worker to execute nothing, unless the filter is off'),
  ),
];

/** Connections that are kept. */
const connections = [
  change(
    'a second question, over a connection of its own',
    'one-file/one-after-another',
    'if (failure === undefined || hasStarted || !ofKeptConnections.has(failure.kind)) return { failure, hasStarted };',
    'if (hasStarted || mayBeKept) return { failure, hasStarted };',
    ['test/one-after-another', 'if the server sends bytes that belong to no answer'],
  ),
  change('no more connections that are kept', 'one-file/one-after-another', 'this.#keeps = false;', '', [
    'test/one-after-another',
    'wait once for an answer that never comes',
  ]),
];

/** The bytes of the stream. */
const frames = [
  without(
    'the length of a frame',
    'channel/frames',
    "if (buffer.length >= maxFrameBytes) throw new WorkerLied('it sent a frame that is too long');",
    unit('channel/frames', 'buffers no more than a frame for any bytes'),
  ),
  without(
    'the number of frames',
    'channel/frames',
    "if (this.#tokens < 0) throw new WorkerLied('it sent too many frames');",
    unit('channel/frames', 'accepts a backlog, and refuses a flood'),
  ),
  change(
    'the number of tiny frames of data',
    'channel/frames',
    "if (frame.type === 'data' && frame.length >= fullDataBytes) return;",
    "if (frame.type === 'data') return;",
    unit('channel/frames', 'accepts any number of full data frames, and refuses a flood of tiny ones'),
  ),
  change(
    'the bytes that are announced at once',
    'channel/frames',
    'natural(value, maxDataBytes)',
    'natural(value)',
    unit('channel/frames', '"length":262145'),
  ),
  change(
    'the end of what was announced',
    'channel/frames',
    'buffer.subarray(0, announced.left)',
    'buffer',
    unit('channel/frames', 'finds the same frames and bytes in any chunks, also if bytes look like frames'),
  ),
  change('no names of the prototype', 'channel/frames', '!Object.hasOwn(parsers, type)', '!(type in parsers)', [
    'src/channel/frames',
    '"type":"constructor"',
  ]),
  change('numbers of 0 and more', 'channel/frames', ' && value >= 0', '', unit('channel/frames', '"file":-1')),
  change(
    'the length of an ETag, and its characters',
    'channel/frames',
    "typeof value === 'string' && strongEtag.test(value)",
    "typeof value === 'string'",
    unit('channel/frames', 'W/'),
  ),
  change(
    'words without control characters',
    'channel/frames',
    "value.replaceAll(/[\\p{Cc}\\p{Cf}]/gu, '�')",
    'value',
    unit('channel/frames', 'drops unknown fields and control characters'),
  ),
  change(
    'the length of words',
    'channel/frames',
    ' && value.length <= maxTextLength',
    '',
    unit('channel/frames', 'xxxxxxxx'),
  ),
];

/** What follows from what was said before. */
const fileReports = [
  change(
    'the size that a file may have',
    'parent/file-reports',
    'bounded(report.received + frame.length, file)',
    'report.received + frame.length',
    unit('parent/file-reports', 'more than the file may have'),
  ),
  without(
    'the bytes that came',
    'parent/file-reports',
    'if (size !== report.received) throw new WorkerLied(`it reported ${size} bytes, but sent ${report.received}`);',
    unit('parent/file-reports', 'more bytes than it has sent'),
  ),
  without(
    'the size that was asked for',
    'parent/file-reports',
    "if (file.size !== null && size !== file.size) throw new WorkerLied('it reported a complete file of the wrong size');",
    unit('parent/file-reports', 'a size that is not the one asked for'),
  ),
  without(
    'the last word',
    'parent/file-reports',
    "if (report.state !== 'open') throw new WorkerLied('it reported on a file after its final report');",
    unit('parent/file-reports', 'bytes after the last word'),
  ),
  without(
    'the order of frames',
    'parent/file-reports',
    "else if (!report.hasStarted) throw new WorkerLied('its frames are in the wrong order');",
    unit('parent/file-reports', 'bytes before the start'),
  ),
  change(
    'a source that it has',
    'parent/file-reports',
    'if (source >= sources.length) throw',
    'if (false) throw',
    unit('parent/file-reports', 'a source that there is not'),
  ),
  without(
    'nothing behind what counts for nothing',
    'parent/file-reports',
    "if (isAppended && !report.mayAppend) throw new WorkerLied('it appended to content that was to be discarded');",
    unit('parent/file-reports', 'more behind what counts for nothing'),
  ),
  without(
    'no change that nobody asked about',
    'parent/file-reports',
    "if (modifiedSince === null) throw new WorkerLied('it reported a file as unchanged without being asked');",
    unit('parent/file-reports', 'no change that nobody asked about'),
  ),
  without(
    'the word of the parent on a wrong file',
    'parent/file-reports',
    "if (report.refuted !== source) throw new WorkerLied('it called a file wrong that the parent has not called so');",
    unit('parent/file-reports', 'a wrong file that the parent has not'),
  ),
  without(
    'that nothing of a wrong file is kept',
    'parent/receiver',
    "this.#attempt(item.file, 'file', (target) => target.truncate());",
    unit('parent/receiver', 'a wrong file is discarded'),
  ),
  without(
    'the size of a signature',
    'parent/file-reports',
    "if (report.signatureReceived > maxBytes) throw new WorkerLied('it announced more bytes than a signature may have');",
    unit('parent/file-reports', 'accepts a final report on a requested signature after that on its file'),
  ),
  change(
    'the turn of a signature',
    'parent/file-reports',
    "if (report.state === 'open' || isSettled(report, true)) {",
    'if (false) {',
    unit('parent/file-reports', 'accepts a final report on a requested signature after that on its file'),
  ),
  change(
    'times that can be meant',
    'values/file-time',
    'time === null || time > now + tolerance ? null : time',
    'time',
    unit('parent/file-reports', 'ignores a time beyond a day from now'),
  ),
];

/** A worker that is started before its work is known. */
const spare = [
  change('a port that the work does not need', 'parent/spare-worker', 'waiting.needs === textOf(needs)', 'true', [
    'test/prepare',
    'is ended, and another one downloads, if it was given other ports',
  ]),
  change(
    'a report before there is work',
    'parent/worker-process',
    "throw new WorkerLied('it reported something before it had work');",
    'return;',
    ['test/prepare', 'is ended for a report before it has work, which does not count'],
  ),
];

/** What becomes of a liar, and of what it says. */
const verdict = [
  change('why a liar was ended', 'parent/worker-process', 'this.accuse(error.message);', 'this.kill();', [
    'test/enforcement/hostile-worker',
    'that no-json is a named failure',
  ]),
  without(
    'what a liar has written',
    'batch/verdict',
    "if (end.lie !== undefined) return failed(job, new FetcherError('worker-lied', `the worker was killed: ${end.lie}`));",
    ['test/enforcement/hostile-worker', 'that speaks-after-done is a named failure'],
  ),
  change(
    'the sum that was asked for',
    'batch/verdict',
    'sha256 !== undefined && (await part.content.sha256()) !== sha256',
    'false',
    ['test/download', 'goes to the next source if the checksum is wrong'],
  ),
  change(
    'the format that was asked for',
    'batch/verdict',
    'hasFormat(part.descriptor, magic) ? undefined : otherFormat',
    'undefined',
    ['test/format', 'prevents a login page from replacing the file'],
  ),
  change('the format of a signature', 'batch/verdict', '!hasFormat(part.descriptor, job.request.magic)', 'false', [
    'test/format',
    'prevents a login page from becoming the signature: optional',
  ]),
  without('a signature that is required', 'batch/verdict', 'if (!request.optional) throw error;', [
    'test/signature',
    'that is required and missing prevents the name of the file, and a second download',
  ]),
  without(
    'the size of a whole file',
    'batch/verdict',
    'if (source === undefined || part.size !== size) return failed(job, sizeLie(part, size));',
    ['test/meanwhile', 'its .part grows by the bytes of another process: a named failure, and nothing gets the name'],
  ),
  change(
    'descriptors for a worker',
    'parent/descriptor-budget',
    'if (free < least) throw',
    'if (free < 0) throw',
    unit('parent/descriptor-budget', 'are refused where there are too few'),
  ),
  change(
    'descriptors for the rest of this process',
    'parent/descriptor-budget',
    'free - least - reserve',
    'free - least',
    unit('parent/descriptor-budget', 'are what the worker'),
  ),
];

/** What options say. */
const options = [
  change(
    'the reading of options',
    'request/settings',
    "fetcherOptionsReader.read(options, documentPlace('options'))",
    'options',
    unit('misspelt', 'a fetcher is not made with limts'),
  ),
  change(
    'the reading of requests',
    'request/check',
    "requestsReader.read(requests, documentPlace('requests'))",
    'requests',
    unit('misspelt', 'sha265'),
  ),
  change(
    'a signature that went missing',
    'request/request-readers',
    '  signature,\n',
    '  signature: lenient(signature),\n',
    unit('misspelt', 'signature: undefined'),
  ),
  change(
    'a user that went missing',
    'request/option-readers',
    '  user: userReader,\n',
    '  user: lenient(userReader),\n',
    unit('misspelt', 'user: undefined'),
  ),
  change(
    'what is completed of a sandbox',
    'sandbox/readers',
    'if (at === undefined) {',
    'if (false) {',
    unit('misspelt', 'a fetcher is not made with no net'),
  ),
  change(
    'what a worker’s sandbox is made of, before it starts',
    'fetcher',
    'requireSandbox(settings.sandbox);',
    'void requireSandbox;',
    unit('misspelt', 'a choice that @sb/sandbox refuses'),
  ),
  change(
    'passwords that no error shows',
    'values/readers',
    "typeof value !== 'string' || words.includes(value)",
    'words.length < 9',
    unit('misspelt', 'whose password is not shown'),
  ),
];

export const workerMutants = [
  ...aheadMutants,
  ...options,
  ...confinement,
  ...connections,
  ...frames,
  ...fileReports,
  ...spare,
  ...verdict,
];
