/* Real programs that learn a policy: each can run again and again, in any home directory, and says by its status whether it passed. */

/** A program, as a line of sh(1) or as its words. */
export interface Program {
  readonly name: string;
  readonly run: string | readonly string[];
  /** Options of sb-run for both runs. */
  readonly options?: readonly string[];
  /** Whether it needs its home directory to be within the bounds. */
  readonly readsHome?: boolean;
  /** Whether `npm test` tries it. */
  readonly isQuick?: boolean;
}

/** What each of them finds in its working directory. */
export const preparation = `set -e
mkdir -p data/sub
for i in 1 2 3 4 5 6; do echo "line $i" > data/f$i.txt; done
echo deep > data/sub/deep.txt
printf '#include <stdio.h>\\nint main(void) { return puts("hello") < 0; }\\n' > hello.c
printf 'all: hello\\nhello: hello.c\\n\\tgcc -o hello hello.c\\n' > Makefile
printf 'import json\\nopen("out.json", "w").write(json.dumps({"a": 1}))\\n' > s.py
printf 'open my $f, ">", "out.pl" or die; print $f "x"; close $f or die;' > s.pl
printf 'require("fs").writeFileSync("out.txt", "x")' > s.cjs
printf '{"name":"x","version":"1.0.0"}' > package.json
printf '{"b":[1,2]}' > in.json
printf 'echo hi > out.sh\\ntest -s out.sh\\n' > s.sh
printf '[user]\\n\\tname = A\\n\\temail = a@example.org\\n' > ../.gitconfig
`;

const net = ['--connect-tcp', 'none'];

/** @param url - of a server that has a file */
export const programs = (url: string): readonly Program[] => [
  {
    name: 'git',
    run: 'rm -rf r && git init -q r && cd r && echo x > f && git add f && git commit -qm m',
    readsHome: true,
  },
  { name: 'tar', run: 'tar czf x.tgz data && tar tzf x.tgz' },
  { name: 'gzip', run: 'gzip -kf data/f1.txt && gzip -t data/f1.txt.gz' },
  { name: 'curl', run: ['curl', '-sSf', '-o', 'page', url], options: net },
  { name: 'wget', run: ['wget', '-q', '--tries=1', '-O', 'page', url], options: net },
  { name: 'python3', run: ['/usr/bin/python3', 's.py'] },
  { name: 'perl', run: ['perl', 's.pl'] },
  { name: 'node', run: ['node', 's.cjs'] },
  { name: 'npm', run: ['npm', 'pack', '--offline', '--cache', 'cache', '--logs-max=0', '--no-update-notifier'] },
  { name: 'gcc', run: 'gcc -o hello hello.c && ./hello' },
  { name: 'make', run: 'make -s -B && ./hello' },
  { name: 'find', run: ['find', 'data', '-name', '*.txt', '-exec', 'cat', '{}', '+'] },
  { name: 'sed', run: ['sed', '-i', 's/line/LINE/', 'data/f1.txt', 'data/f2.txt'] },
  { name: 'sort', run: ['sort', '-S', '1K', '--parallel=1', '-T', '.', '-o', 'sorted', 'data/f1.txt', 'data/f2.txt'] },
  { name: 'sqlite3', run: 'rm -f db && sqlite3 db "create table t(a); insert into t values(1); select * from t;"' },
  { name: 'openssl', run: 'openssl genrsa -out key.pem 2048 && openssl dgst -sha256 -out sum data/f1.txt' },
  { name: 'jq', run: 'jq .b in.json > out' },
  { name: 'convert', run: ['convert', '-size', '8x8', 'xc:red', 'out.png'] },
  { name: 'diff', run: ['diff', '-r', 'data', 'data'] },
  { name: 'cp', run: 'rm -rf copy && cp -a data copy' },
  { name: 'bash', run: ['bash', 's.sh'] },
  { name: 'awk', run: `awk '{ print > "out.awk" }' data/*.txt` },
  { name: 'xz', run: 'xz -kf data/f1.txt && xz -t data/f1.txt.xz' },
  { name: 'mktemp', run: 'f=$(mktemp) && cat ../.gitconfig > "$f"', readsHome: true, isQuick: true },
  { name: 'bsdtar', run: ['bsdtar', '-cf', 'b.tar', 'data'] },
];
