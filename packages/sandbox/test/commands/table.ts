/* Daily commands, the profile that each runs in, and what it takes beside: `docs/commands.md` is made of it. */
import { denialsOf, type Row, rowsOf } from './row.js';

const project = rowsOf('project');

/** Files of the working folder. */
const files: readonly Row[] = [
  project('ls -l', /hello\.txt/),
  project('cat hello.txt', /^hello world$/m),
  project('cp hello.txt copy && mv copy sub/moved && cat sub/moved', /hello/),
  project('mkdir -p a/b && rmdir a/b && rm -r a && echo removed', /^removed$/m),
  project('ln -s hello.txt link && readlink link', /^hello\.txt$/m),
  project('cp run.sh own.sh && chmod 700 own.sh && stat -c %a own.sh', /^700$/m),
  project('touch -d @0 old && stat -c %Y old', /^0$/m),
  project('mkfifo pipe && test -p pipe && echo made', /^made$/m),
  project('grep -rn needle .', /sub\/needle\.txt:1:needle/),
  project("find . -name '*.txt' | sort", /^\.\/hello\.txt$/m),
  project("sed -i 's/world/sandbox/' hello.txt && cat hello.txt", /^hello sandbox$/m),
  project("awk '{ sum += $1 } END { print sum }' numbers", /^10$/m),
  project('sort -rn numbers | head -n 1', /^4$/m),
  project('cut -d, -f2 table.csv | tr a-z A-Z | paste -s', /^B\tD$/m),
  project('wc -l < numbers && tail -n 1 numbers', /^4\n1$/m),
  project('seq 3 | xargs -n 1 echo | tee copy && uniq copy', /^1\n2\n3$/m),
  project('diff hello.txt numbers; test $? = 1 && cmp hello.txt hello.txt && echo compared', /^compared$/m),
  project('split -l 2 numbers part. && ls part.*', /^part\.ab$/m),
  project('mktemp && mktemp -d', /sb-tmp-/),
];

/** Archives and digests. */
const archives: readonly Row[] = [
  project('tar -czf all.tgz sub && tar -tzf all.tgz', /^sub\/needle\.txt$/m),
  project('gzip -k hello.txt && gunzip -c hello.txt.gz', /^hello/m),
  project('xz -k hello.txt && xz -dc hello.txt.xz', /^hello/m, { needs: ['xz'] }),
  project('zstd -q hello.txt && zstd -dcq hello.txt.zst', /^hello/m, { needs: ['zstd'] }),
  project('bsdtar -cf all.tar sub && bsdtar -tf all.tar', /^sub\/needle\.txt$/m, { needs: ['bsdtar'] }),
  project('sha256sum hello.txt && base64 hello.txt', /^aGVsbG8gd29ybGQK$/m),
  project('openssl dgst -sha256 hello.txt && openssl rand -hex 8', /^[0-9a-f]{16}$/m, { needs: ['openssl'] }),
  project('gpg --version', /^gpg \(GnuPG\)/m, { needs: ['gpg'] }),
];

/** The machine, the user, processes. */
const machine: readonly Row[] = [
  project('id && whoami', /uid=/),
  project('date -u +%Z && uname -s', /^UTC\nLinux$/m),
  project('env', /^TMPDIR=.*sb-tmp-/m),
  project('ps -ef', /ps -ef/, { needs: ['ps'] }),
  project('df . && du -s .', /\/|\d/),
  project('nproc && getent passwd root', /^root:/m),
  project('nice timeout 5 sleep 0 && echo slept', /^slept$/m),
  project('setsid -w echo apart', /^apart$/m, { needs: ['setsid'] }),
  project('flock lock echo locked', /^locked$/m, { needs: ['flock'] }),
];

/** A package without a registry. */
const packed =
  'mkdir package && echo \'{"name":"thing","version":"1.0.0"}\' > package/package.json && tar -czf thing.tgz package';
const installs = 'npm install --offline --no-audit --no-fund ./thing.tgz && ls node_modules';

/** Languages, and what developers type. */
const programs: readonly Row[] = [
  project('sh run.sh && bash run.sh && ./run.sh', /^ran\nran\nran$/m),
  project("perl -e 'print 6 * 7'", /^42$/m, { needs: ['perl'] }),
  project('python3 -c "import tempfile; tempfile.TemporaryFile(); print(6 * 7)"', /^42$/m),
  project("node -e \"fs.writeFileSync('made', 'x'); console.log(6 * 7)\"", /^42$/m),
  project('npm --version', /^\d+\.\d+/m, { needs: ['npm'] }),
  project(`${packed} && ${installs}`, /^thing$/m, { needs: ['npm'] }),
  project('git init -q . && git status --short', /^\?\? hello\.txt$/m, { needs: ['git'] }),
  project('git init -q . && git add . && git commit -qm x && git log --format=%s && git diff --stat', /^x$/m, {
    options: '--env GIT_AUTHOR_NAME=a --env GIT_AUTHOR_EMAIL=a --env GIT_COMMITTER_NAME=a --env GIT_COMMITTER_EMAIL=a',
    needs: ['git'],
  }),
  project('git init -q --bare r.git && git clone -q r.git clone && ls -a clone', /^\.git$/m, { needs: ['git'] }),
  project('make -s && ./hello', /^compiled$/m, { needs: ['make', 'gcc'] }),
  project('gcc -c hello.c && objdump -d hello.o && strings hello.o', /^compiled$/m, { needs: ['gcc', 'objdump'] }),
  project('ssh -V', /OpenSSH/, { needs: ['ssh'] }),
  project('man -P cat -l tool.1', /does its work/, { needs: ['man'] }),
  project('less hello.txt | cat', /^hello world$/m, { needs: ['less'] }),
  project("vi -es -c 's/hello/bye/' -c wq hello.txt; cat hello.txt", /^bye world$/m, { needs: ['vi'] }),
  project('sqlite3 base.db "create table t(a); insert into t values(42); select a from t"', /^42$/m, {
    needs: ['sqlite3'],
  }),
  project('echo \'{"a": 42}\' | jq .a', /^42$/m, { needs: ['jq'] }),
  project('file hello.txt', /ASCII text/, { needs: ['file'] }),
];

const build = rowsOf('build');
const convert = rowsOf('convert');
const client = rowsOf('client');
const server = rowsOf('server');
const none = rowsOf('none');
const read = rowsOf('read');
const bare = '--rx /usr --rx /bin --rx /lib --rx? /lib64';

/** The other profiles. */
const others: readonly Row[] = [
  build('make -s && ./hello', /^compiled$/m, { needs: ['make', 'gcc'] }),
  // npm writes to its cache, which the profile only reads.
  build(`${packed} && ${installs}`, /^thing$/m, { options: '--rw ~/.npm', needs: ['npm'] }),
  build('gcc -o $TMPDIR/hello hello.c && $TMPDIR/hello', /^compiled$/m, { needs: ['gcc'] }),
  convert('convert {work}/image.ppm png:{work}/out/image.png && identify {work}/out/image.png', /PNG 2x2/, {
    options: '--ro image.ppm --rw out',
    needs: ['convert'],
  }),
  convert('node -e "console.log(6 * 7)"', /^42$/m),
  convert('gzip -c < hello.txt | gunzip', /^hello world$/m, { options: '--ro hello.txt' }),
  client('curl -sS {url}', /^from the server$/m, { options: '--connect-tcp {port}', needs: ['curl'] }),
  client('wget -qO out/page {url} && cat out/page', /^from the server$/m, {
    options: '--connect-tcp {port} --rw out',
    needs: ['wget'],
  }),
  client('aria2c -q -d out -o page {url} && cat out/page', /^from the server$/m, {
    options: '--connect-tcp {port} --rw out',
    needs: ['aria2c'],
  }),
  server("python3 -c \"import socket; socket.create_server(('127.0.0.1', {free})); print('listens')\"", /^listens$/m, {
    options: '--bind-tcp {free}',
  }),
  server('node -e "http.createServer().listen({free}, () => process.exit(console.log(\'listens\')))"', /^listens$/m, {
    options: '--bind-tcp {free}',
  }),
  none('echo bare && read x < hello.txt && echo $x', /^bare\nhello world$/m, { options: `${bare} --ro hello.txt` }),
  read('cat ~/notes ~/.config/app.conf', /^a note\na setting$/m),
  read('curl -sS {url}', /^from the server$/m, { needs: ['curl'] }),
  read('cat ~/.npmrc', /^a secret$/m, { options: '--ro ~/.npmrc' }),
  project('{sb} --profile project -- id', /uid=/, { options: '--rx {stage}' }),
  project('{sb} --profile project -- id', /uid=/, { options: '--rx {stage}', within: 'docker', isRoots: true }),
];

const notRead = denialsOf('read');
const notProject = denialsOf('project');
const notClient = denialsOf('client');
const notServer = denialsOf('server');
const notConvert = denialsOf('convert');
const denied = /[Pp]ermission denied|EACCES/;
const forbidden = /[Pp]ermission denied|not permitted|EACCES|EPERM/;

/** What is not to work. */
const denials: readonly Row[] = [
  notRead('cat ~/.npmrc ~/.ssh/id', /npmrc: Permission denied\n.*id: Permission denied/),
  notRead('cat ~/.config/gh/hosts.yml', denied),
  notRead('curl -sS --data-binary @{home}/.npmrc {url}', /Failed to open|error encountered when reading|read/i, {
    needs: ['curl'],
  }),
  notRead('echo x > hello.txt', denied),
  notProject('cat {home}/notes', denied),
  notProject('echo x > {home}/.bashrc', denied),
  notProject('echo x > {home}/../in-tmp', denied),
  notProject('curl -sS {url}', /Could ?n.t connect|Failed to connect/, { needs: ['curl'] }),
  notProject(
    'python3 -c "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)"',
    /Address family not supported/,
  ),
  notProject('kill -0 {pid}', forbidden),
  notProject('tmux -S socket new-session -d true', /not supported/, { needs: ['tmux'] }),
  notProject('strace -o out/trace true', forbidden, { needs: ['strace'] }),
  notProject('script -qec true /dev/null', denied, { needs: ['script'] }),
  notProject('unshare --user --map-root-user true', forbidden, { needs: ['unshare'] }),
  notProject('mount -t tmpfs none out && umount out', /permission denied|must be superuser|not permitted/i, {
    isRoots: true,
  }),
  notProject('su nobody -s /bin/sh -c id', /cannot set groups|Authentication|not permitted|denied/i, { isRoots: true }),
  notClient('cat hello.txt', denied),
  notServer('curl -sS {url}', /Could ?n.t connect|Failed to connect/, {
    options: '--bind-tcp {free}',
    needs: ['curl'],
  }),
  notConvert('cat {work}/hello.txt', denied),
];

/** Every row, in the order of the document. */
export const rows: readonly Row[] = [...files, ...archives, ...machine, ...programs, ...others, ...denials];
