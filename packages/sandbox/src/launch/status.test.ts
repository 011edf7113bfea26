import { describe, expect, it } from 'vitest';

import { parseStatus } from './status.js';

const task = [
  'Name:\tlauncher\nPid:\t7\nUid:\t954\t954\t954\t954\nGid:\t955\t955\t955\t955\nGroups:\t \nNStgid:\t7',
  'CapInh:\t0000000000000000\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nCapBnd:\t0000000000000400',
  'CapAmb:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t0\nSeccomp_filters:\t0\n',
].join('\n');

describe('parseStatus', () => {
  it('reads a start, with what was noticed on the way', () => {
    const said = `skipped\t2\nskipped\t5\nproof\tfs.write_file\t13\nproof\tnet.bind_tcp\t0\nready\n${task}`;
    expect(parseStatus(said)).toMatchObject({
      kind: 'executed',
      task: { uid: [954, 954, 954, 954], capBnd: 0x400n, noNewPrivs: true },
      skipped: [2, 5],
      proofs: [
        { feature: 'fs.write_file', errno: 13 },
        { feature: 'net.bind_tcp', errno: 0 },
      ],
    });
  });

  it("counts the filters from before the launcher's own, as far as the kernel says", () => {
    const outer = task.replace('Seccomp_filters:\t0', 'Seccomp_filters:\t3');
    expect(parseStatus(`ready\n${outer}`)).toMatchObject({ filters: 3 });
    expect(parseStatus(`ready\n${task.replace(/Seccomp_filters.*\n/, '')}`)).toMatchObject({ filters: 0 });
  });

  it('counts no filters where what the kernel says is cut', () => {
    for (const end of ['NoNewPrivs:', 'Seccomp:\t', '\nSeccomp_filters:'])
      expect(parseStatus(`ready\n${task.slice(0, task.indexOf(end))}`)).toMatchObject({ filters: undefined });
  });

  it('reads a start where /proc is not mounted', () => {
    expect(parseStatus('ready\n')).toEqual({
      kind: 'executed',
      task: undefined,
      filters: undefined,
      skipped: [],
      proofs: [],
    });
  });

  it.each([
    ['failed\tcaps\tbounding\tprctl\t1\n', { layer: 'caps', step: 'bounding', syscall: 'prctl', errno: 1 }],
    ['failed\tprivdrop\tverify\t\t1\n', { layer: 'privdrop', syscall: undefined, rule: undefined }],
    ['rule\t3\nfailed\tlandlock\topen\topenat\t2\n', { layer: 'landlock', rule: 3, errno: 2 }],
    // Execution is the last step: it fails after the launcher was ready.
    [`ready\n${task}failed\tprocess\texec\texecveat\t13\n`, { step: 'exec', errno: 13 }],
  ])('reads the failure %j', (said, expected) => {
    expect(parseStatus(said)).toMatchObject({ kind: 'failed', ...expected });
  });

  it.each([
    '',
    'read',
    'ready',
    'failed\tcaps\tbounding',
    'failed\tcaps\tbounding\tprctl\t1',
    'already\n',
    'skipped\t1\n',
  ])('takes %j for a launcher that was lost', (said) => {
    expect(parseStatus(said)).toEqual({ kind: 'lost' });
  });

  it('never takes what stands in the task for a word of the launcher', () => {
    const status = parseStatus(`ready\n${task.replace('launcher', 'proof\tfs.execute\t13')}`);
    expect(status).toMatchObject({ kind: 'executed', proofs: [], skipped: [] });
  });
});
