// A host that speaks plain JSON-RPC to the servers of its configuration, and prints what it hears as it comes.
//
//   node plain-host.mjs CONFIG '[[["a","first"],["b","first"]],[["a","second"]]]'
//
// It asks what stands in a round, in any order and after any pause (SEED), and goes on when all of it is
// answered. RAW is written to every server first. STAY: it does not end. CODE: with which code it ends.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const { SEED, RAW, STAY, CODE } = process.env;
const [, , file = '', script = '[]'] = process.argv;
/** @type {{ mcpServers: Record<string, { command: string, args: string[] }> }} */
const config = JSON.parse(readFileSync(file, 'utf8'));
/** @type {[string, string][][]} */
const rounds = JSON.parse(script);

let state = Number(SEED ?? 1);
/** From 0 up to 1, as the seed says. */
function random() {
  state = (state * 1103515245 + 12345) % 2147483648;
  return state / 2147483648;
}

/** @param {string} line */
const tell = (line) => process.stdout.write(`${line}\n`);

/** @type {Map<string, () => void>} */
const waiting = new Map();
/** @type {Map<string, import('node:child_process').ChildProcess>} */
const servers = new Map();

/** @param {string} name */
function open(name) {
  const { command, args } = config.mcpServers[name] ?? { command: '', args: [] };
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  servers.set(name, child);
  tell(`${name}: pid ${child.pid}`);
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { id, method, params, result, error } = JSON.parse(line);
    tell(`${name}: ${params?.data ?? method ?? error?.message ?? result.content[0].text}`);
    waiting.get(`${name} ${id}`)?.();
  });
  child.on('close', (code) => {
    tell(`${name}: closed ${code}`);
    if (!STAY && code !== 0) process.exit(5);
  });
  child.stdin.on('error', () => {});
  if (RAW) child.stdin.write(RAW);
}

let last = 0;
/** @param {[string, string]} call */
async function ask([name, tool]) {
  if (SEED !== undefined) await sleep(random() * 20);
  last += 1;
  const id = last;
  const answered = new Promise((resolve) => waiting.set(`${name} ${id}`, () => resolve(undefined)));
  const params = { name: tool, arguments: {} };
  const text = JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params });
  servers.get(name)?.stdin?.write(`${text}\n`);
  await answered;
}

for (const name of new Set(rounds.flat().map(([name]) => name))) {
  if (SEED !== undefined) await sleep(random() * 20);
  open(name);
}
for (const round of rounds) {
  const left = [...round];
  /** @type {Promise<void>[]} */
  const asked = [];
  while (left.length > 0) {
    asked.push(...left.splice(Math.floor(random() * left.length), 1).map(ask));
  }
  await Promise.all(asked);
}
tell('through');
if (STAY) await new Promise(() => setInterval(() => {}, 1000));
const ended = [...servers.values()].map(
  (child) => new Promise((resolve) => child.on('close', resolve)),
);
for (const child of servers.values()) child.stdin?.end();
await Promise.all(ended);
process.exitCode = Number(CODE ?? 0);
