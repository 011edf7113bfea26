import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { temporaryFolder } from '@sb/test-kit';

/** What lies in a home folder with a working folder in it, by its path there. */
const contents: Readonly<Record<string, string>> = {
  '.npmrc': 'a secret\n',
  '.ssh/id': 'a secret\n',
  '.config/gh/hosts.yml': 'a secret\n',
  '.config/app.conf': 'a setting\n',
  notes: 'a note\n',
  '.npm/.keep': '',
  'work/hello.txt': 'hello world\n',
  'work/numbers': '4\n3\n2\n1\n',
  'work/table.csv': 'a,b\nc,d\n',
  'work/sub/needle.txt': 'needle\n',
  'work/run.sh': '#!/bin/sh\necho ran\n',
  'work/hello.c': '#include <stdio.h>\nint main(void)\n{\n\treturn puts("compiled") < 0;\n}\n',
  'work/Makefile': 'hello: hello.c\n\t@$(CC) -o $@ $<\n',
  'work/image.ppm': 'P3 2 2 255\n255 0 0 0 255 0 0 0 255 255 255 255\n',
  'work/tool.1': '.TH TOOL 1\n.SH NAME\ntool \\- does its work\n',
  'work/out/.keep': '',
};

/** A home folder of one row, that nobody else changes. */
export interface Place extends Disposable {
  readonly home: string;
  readonly work: string;
}

/** Makes one. */
export function makePlace(): Place {
  const folder = temporaryFolder();
  for (const [path, content] of Object.entries(contents)) {
    const file = folder.file('home', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  chmodSync(folder.file('home', 'work', 'run.sh'), 0o755);
  return {
    home: folder.file('home'),
    work: folder.file('home', 'work'),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}
