/**
 * Secrets of many kinds planted in every place that a tap sees, and looked for in every byte that it
 * or a collector wrote. What is looked for is the random middle of a secret, however it is written.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { expect } from 'vitest';
import { built } from '../kit/built.ts';
import { dice } from '../kit/random.ts';
import { ask, bodyOf, tapAt, upstream } from './http/kit.ts';
import { outcome, run, start, tapped, temporaryFolder, until } from './kit.ts';

/** Each kind as it is minted: `A12` in braces stands for so many random characters of a class. */
const KINDS: Readonly<Record<string, string>> = {
  github: 'ghp_{A36}',
  'github-fine': 'github_pat_{A22}_{A59}',
  gitlab: 'glpat-{A20}',
  aws: 'AKIA{U16}',
  anthropic: 'sk-ant-api03-{A80}',
  openai: 'sk-proj-{A60}',
  'slack-bot': 'xoxb-{D12}-{A24}',
  'slack-app': 'xapp-1-{A40}',
  stripe: 'sk_live_{A24}',
  webhook: 'whsec_{A32}',
  google: 'AIza{A35}',
  'google-oauth': 'ya29.{A60}',
  huggingface: 'hf_{A34}',
  npm: 'npm_{A36}',
  pypi: 'pypi-{A120}',
  notion: 'ntn_{A46}',
  linear: 'lin_api_{A40}',
  sendgrid: 'SG.{A22}.{A43}',
  shopify: 'shpat_{H32}',
  digitalocean: 'dop_v1_{H64}',
  vault: 'hvs.{A90}',
  groq: 'gsk_{A52}',
  azure: 'AccountKey={A86}==',
  jwt: 'eyJ{A30}.eyJ{A60}.{A43}',
  bearer: 'Bearer {A40}',
  databricks: 'dapi{H32}',
  tailscale: 'tskey-auth-{A12}-{A32}',
  mailgun: 'key-{H32}',
  perplexity: 'pplx-{A48}',
  tavily: 'tvly-dev-{A32}',
  figma: 'figd_{A40}',
  sentry: 'sntrys_{A120}',
  telegram: '{D9}:AA{A33}',
  'slack-webhook': 'hooks.slack.com/services/T{U8}/B{U10}/{A24}',
  // A shape of the user's own, which his configuration names.
  acme: 'acme-{A32}',
  password: '{A14}',
};

const CONFIG = {
  redaction: { shapes: [{ type: 'acme-key', shape: 'acme-[A-Za-z0-9]{32}' }] },
};

const CLASSES: Readonly<Record<string, string>> = {
  A: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  U: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567',
  H: '0123456789abcdef',
  D: '0123456789',
};

type Roll = (limit: number) => number;

interface Planted {
  readonly kind: string;
  readonly place: string;
  readonly secret: string;
  /** What must be nowhere: the longest random run of it. */
  readonly core: string;
}

function mint(kind: string, roll: Roll): Pick<Planted, 'kind' | 'secret' | 'core'> {
  let core = '';
  const secret = (KINDS[kind] ?? '').replace(
    /\{([AUHD])(\d+)\}/g,
    (_, name: string, length: string) => {
      const letters = CLASSES[name] ?? '';
      // With a digit at the second place: some kinds are told from words by that.
      const run = Array.from({ length: Number(length) }, (_one, at) =>
        at === 1 && name === 'A' ? String(roll(10)) : letters.charAt(roll(letters.length)),
      ).join('');
      if (run.length > core.length) core = run;
      return run;
    },
  );
  return { kind, secret, core };
}

/** A text in which a secret stands as people and programs write it. */
const TEXTS: Readonly<Record<string, (secret: string, roll: Roll) => unknown>> = {
  argument: (secret) => ({ text: `see ${secret} there`, n: 1 }),
  'JSON in a string': (secret) => ({ text: JSON.stringify({ inner: secret }) }),
  'JSON in it once more': (secret) => ({
    text: JSON.stringify({ a: JSON.stringify({ b: [`x ${secret}`] }) }),
  }),
  lines: (secret) => ({ text: `first\nvalue: ${secret}\nlast` }),
  address: (secret) => ({ uri: `https://host.example/a?q=${encodeURIComponent(secret)}&r=1` }),
  header: (secret) => ({ text: `HTTP/1.1 200 OK\r\nX-Thing: ${secret}\r\n` }),
  'large message': (secret, roll) => ({
    pad: 'lorem ipsum '.repeat(6000 + roll(2000)),
    text: `at ${secret} the end`,
  }),
};
/** A password has no shape: it is known by its name only. */
const NAMED: typeof TEXTS = {
  member: (secret) => ({ password: secret }),
  'member in a string': (secret) => ({ text: JSON.stringify({ api_key: secret }) }),
  query: (secret) => ({ uri: `https://host.example/?access_token=${secret}` }),
  fragment: (secret) => ({ uri: `https://host.example/#access_token=${secret}` }),
  variable: (secret) => ({ text: `export MY_TOKEN=${secret}\n` }),
  'next argument': (secret) => ({ text: `run --token ${secret} now` }),
  'next of a list': (secret) => ({ args: ['--token', secret] }),
  'line of a configuration': (secret) => ({ text: `a: 1\npassword: ${secret}\nb = 2` }),
  'assignment of a program': (secret) => ({ text: `password = "${secret}"` }),
  'header in a text': (secret) => ({ text: `curl -H "Authorization: Token ${secret}" x` }),
  'cookie in a text': (secret) => ({ text: `Set-Cookie: sid=${secret}; Path=/\r\n` }),
  'pair of a list': (secret) => ({ headers: [['X-Api-Key', secret]] }),
  'value beside a name': (secret) => ({ headers: [{ name: 'X-Api-Key', value: secret }] }),
  'value below a name': (secret) => ({ password: { value: secret } }),
  element: (secret) => ({ text: `<password>${secret}</password>` }),
};

function plant(count: number, roll: Roll): Planted[] {
  const kinds = Object.keys(KINDS);
  return Array.from({ length: count }, (_, at) => {
    const minted = mint(kinds[at % kinds.length] ?? '', roll);
    const places = Object.keys(minted.kind === 'password' ? NAMED : TEXTS);
    return { ...minted, place: places[roll(places.length)] ?? '' };
  });
}

function messageOf({ place, secret }: Planted, id: number, roll: Roll): string {
  const write = TEXTS[place] ?? NAMED[place];
  const params = { name: 'echo', arguments: write?.(secret, roll) };
  return JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params });
}

/** Plants so many secrets, half over stdio and half over HTTP; gives how many of each kind. */
export async function checkPlanted(count: number, seed: number): Promise<Record<string, number>> {
  const roll = dice(seed);
  const state = await temporaryFolder();
  await writeFile(join(state, 'wiretape.config.jsonc'), JSON.stringify(CONFIG));
  const collector = await collectorAt(state);
  const [overStdio, overHttp] = [plant(count >> 1, roll), plant(count - (count >> 1), roll)];
  const around = await throughStdio(overStdio, state, roll);
  const inHead = await throughHttp(overHttp, state, roll);
  const all = [...overStdio, ...overHttp, ...around, ...inHead];
  await until(async () => (await readdir(join(state, 'journal'))).length === 0);
  await exportSpans(state);
  const written = await bytesBelow(state);
  collector.kill();
  const leaked = all.filter(({ core }) => written.includes(core));
  expect(leaked.map(({ kind, place, secret }) => ({ kind, place, secret, seed }))).toEqual([]);
  // The messages themselves are there, or nothing would have been shown.
  expect(written.split('"tools/call"').length).toBeGreaterThan(count / 2);
  expect(written.split('"gen_ai.tool.call.arguments"').length).toBeGreaterThan(count / 2);
  expect(written.split('"wiretape.payload.request.text"').length).toBeGreaterThan(count / 2);
  return Object.fromEntries(
    Object.keys(KINDS).map((kind) => [kind, all.filter((one) => one.kind === kind).length]),
  );
}

/** All spans with their payloads, as files beside what is looked through. */
async function exportSpans(state: string): Promise<void> {
  const program = [process.execPath, await built()];
  const { stdout } = await run([...program, 'ls', '--json', '--state', state]);
  const ids = JSON.parse(String(stdout)).sessions.map(({ id }: { readonly id: string }) => id);
  for (const how of ['preview', 'genai']) {
    const options = ['--to', 'otlp', '--otel-payloads', how, '--state', state];
    const file = join(state, `${how}.json`);
    expect(await run([...program, 'export', ...ids, '-o', file, ...options])).toMatchObject({
      code: 0,
    });
  }
}

/** A running collector; it takes in what taps ship, and leaves no journal behind. */
async function collectorAt(state: string): Promise<ReturnType<typeof start>> {
  const child = start([process.execPath, await built(), 'serve', '--port', '0', '--state', state]);
  let said = '';
  child.stdout.on('data', (text) => {
    said += String(text);
  });
  await until(() => said.includes('http://'));
  return child;
}

/** Secrets in messages, arguments, environment and standard error, split anywhere. */
async function throughStdio(
  planted: readonly Planted[],
  state: string,
  roll: Roll,
): Promise<Planted[]> {
  const [argument, variable, loud] = [
    mint('password', roll),
    mint('github', roll),
    mint('stripe', roll),
  ];
  const key = Array.from({ length: 6 }, () => mint('pypi', roll).core.slice(0, 64));
  const script = `printf '%s\\n' '-----BEGIN PRIVATE KEY-----' ${key.join(' ')} '-----END PRIVATE KEY-----' >&2; echo "using ${loud.secret} now" >&2; exec cat`;
  const command = ['sh', '-c', script, 'sh', '--password', argument.secret];
  const env = { SERVICE_API_KEY: variable.secret };
  const options = ['--record', join(state, 'planted.tape.jsonl')];
  const child = start(await tapped(command, { state, options }), env);
  const ended = outcome(child);
  const input = Buffer.from(planted.map((one, id) => `${messageOf(one, id, roll)}\n`).join(''));
  for (let at = 0; at < input.length; ) {
    const size = 1 + roll(roll(3) === 0 ? 50 : 40_000);
    if (!child.stdin.write(input.subarray(at, at + size))) {
      await new Promise((resolve) => child.stdin.once('drain', resolve));
    }
    at += size;
  }
  child.stdin.end();
  expect((await ended).stdout.equals(input)).toBe(true);
  return [
    { ...argument, place: 'argv' },
    { ...variable, place: 'environment' },
    { ...loud, place: 'stderr' },
    ...key.map((core) => ({ kind: 'pem', place: 'stderr', secret: core, core })),
  ];
}

/** Secrets in bodies, event streams, headers and queries. */
async function throughHttp(
  planted: readonly Planted[],
  state: string,
  roll: Roll,
): Promise<Planted[]> {
  const far = await upstream(async (request, response) => {
    const body = await bodyOf(request);
    const isStream = request.headers['x-stream'] === 'yes';
    response.writeHead(200, {
      'content-type': isStream ? 'text/event-stream' : 'application/json',
    });
    const whole = isStream
      ? Buffer.concat([Buffer.from('data: '), body, Buffer.from('\n\n')])
      : body;
    const cut = Math.floor(whole.length / 2);
    response.write(whole.subarray(0, cut), () => response.end(whole.subarray(cut)));
  });
  const tap = await tapAt(far.url, state);
  const inHead: Planted[] = [];
  for (const [id, one] of planted.entries()) {
    const names = ['authorization', 'x-api-key', 'cookie', 'mcp-param-key', 'x-other'];
    const name = names[roll(names.length)] ?? '';
    const kind = name === 'x-other' || name === 'mcp-param-key' ? 'github' : 'password';
    const head = { ...mint(kind, roll), place: name };
    const query = { ...mint('password', roll), place: 'query' };
    inHead.push(head, query);
    const text = Buffer.from(messageOf(one, id, roll));
    const cut = roll(text.length);
    const value = name === 'authorization' ? `Bearer ${head.secret}` : head.secret;
    const headers = {
      [name]: value,
      'x-stream': roll(2) === 0 ? 'yes' : 'no',
      'mcp-session-id': query.core,
    };
    const url = `${tap.url}?api_key=${query.secret}`;
    const { status } = await ask(url, {
      headers,
      body: [text.subarray(0, cut), text.subarray(cut)].filter((part) => part.length > 0),
    });
    expect(status).toBe(200);
    if (id % 50 === 49) await ask(url, { method: 'DELETE', headers });
  }
  expect(await tap.end()).toBe(0);
  return inHead;
}

async function bytesBelow(folder: string): Promise<string> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return (await Promise.all(files.map((file) => readFile(file, 'latin1')))).join('\n');
}
