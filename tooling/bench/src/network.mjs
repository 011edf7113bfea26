// Two network namespaces of their own: clients in the one, a server in the other, and a delay between them.
// @ts-check
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Network
 * @property {string} address of the server
 * @property {readonly string[]} client what starts a program on the client's side
 * @property {readonly string[]} server what starts a program on the server's side
 * @property {() => void} close
 */

/**
 * @param {number} roundTrip milliseconds; 0: loopback, both sides in one namespace
 * @param {string} folder for the compiled program
 * @returns {Promise<Network>}
 */
export async function makeNetwork(roundTrip, folder) {
  const near = await namespace();
  if (roundTrip === 0) {
    return { address: '127.0.0.1', client: near.prefix, server: near.prefix, close: near.close };
  }
  const far = await namespace();
  const program = join(folder, 'delay');
  const source = fileURLToPath(new URL('delay.c', import.meta.url));
  execFileSync('cc', ['-O2', '-Wall', '-Wextra', '-Werror', '-o', program, source]);
  const [enter = '', ...args] = near.prefix;
  const link = spawn(enter, [...args, program, String(far.pid), String(roundTrip * 500)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await Promise.race([once(link.stdout, 'data'), once(link, 'exit')]);
  if (link.exitCode !== null) throw new Error('the link with a delay did not start');
  for (const [{ prefix }, device, address] of /** @type {const} */ ([
    [near, 'near', '10.99.0.1/24'],
    [far, 'far', '10.99.0.2/24'],
  ])) {
    run([...prefix, 'ip', 'address', 'add', address, 'dev', device]);
    run([...prefix, 'ip', 'link', 'set', device, 'mtu', '1500', 'txqueuelen', '10000', 'up']);
  }
  return {
    address: '10.99.0.2',
    client: near.prefix,
    server: far.prefix,
    close: () => {
      link.stdin.end();
      near.close();
      far.close();
    },
  };
}

/** A network namespace with a loopback device, which lives until it is closed. */
async function namespace() {
  const script = 'ip link set lo up && echo ready && exec cat';
  const holder = spawn('unshare', ['--net', 'sh', '-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit')]);
  if (holder.exitCode !== null) throw new Error('making a network namespace failed');
  return {
    pid: holder.pid,
    prefix: ['nsenter', `--net=/proc/${holder.pid}/ns/net`],
    close: () => void holder.stdin.end(),
  };
}

/** @param {readonly string[]} command */
function run([file = '', ...args]) {
  execFileSync(file, args, { stdio: 'inherit' });
}
