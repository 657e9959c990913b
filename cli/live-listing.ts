/**
 * What a server offers, asked of the server itself: started as its host would start it, asked for
 * every page of every list that it announces, and ended by closing its standard input.
 */
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import process, { hrtime } from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import spawn from 'cross-spawn';
import { draftOfLine } from '../model/crossing.ts';
import type { Entry, Peer } from '../model/entry.ts';
import { createFramer, type Framer } from '../model/framing.ts';
import { isObject, type JsonObject, MAX_DEPTH, member, textMember } from '../model/json.ts';
import { keyedHash } from '../model/keyed-hash.ts';
import { LISTS, META } from '../model/methods.ts';
import { createRedact } from '../model/redaction.ts';
import type { SessionView } from '../model/session.ts';
import { viewsOf } from '../model/view.ts';
import { ownVersion } from '../tap/own-version.ts';
import { systemReason, UserError } from './error.ts';

/** How long one answer may take, and how long a server may take to end, in ms. */
const PATIENCE = { answer: 60_000, end: 3000 };
/** More pages than any list has; a server could give cursors for ever. */
const PAGES = 10_000;
const LINE = 64 << 20;
const NO_METHOD = -32601;
const LEGACY = '2025-11-25';
const MODERN = '2026-07-28';

const META_OF_MODERN = {
  [META.protocolVersion]: MODERN,
  [META.clientInfo]: { name: 'wiretape', version: ownVersion() },
  [META.clientCapabilities]: {},
};

interface Server {
  ask(method: string, params: object): Promise<JsonObject>;
  notify(method: string): void;
}

/** Starts the command and gives the session of its listings, named `name`. */
export async function listLive(
  name: string,
  [command = '', ...args]: readonly string[],
): Promise<SessionView[]> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const heard = hear(child, name, command);
  try {
    await listAll(heard);
  } finally {
    await end(child);
  }
  return viewsOf(heard.entries);
}

async function listAll(server: Server): Promise<void> {
  const { capabilities, params } = await open(server);
  for (const [method, { kind }] of Object.entries(LISTS)) {
    const announced = kind === 'template' ? 'resources' : `${kind}s`;
    if (member(capabilities, announced) === undefined) continue;
    let cursor: string | undefined;
    const seen = new Set<string | undefined>();
    for (let page = 0; page < PAGES && !seen.has(cursor); page++) {
      seen.add(cursor);
      const answer = await server.ask(
        method,
        cursor === undefined ? params : { ...params, cursor },
      );
      refuseFault(method, answer);
      cursor = textMember(answer, 'result', 'nextCursor');
      if (cursor === undefined) break;
    }
  }
}

/** Not every server with resources has templates; any other error leaves open what is offered. */
function refuseFault(method: string, answer: JsonObject): void {
  const code = member(answer, 'error', 'code');
  if (answer['result'] !== undefined || code === NO_METHOD) return;
  const said = textMember(answer, 'error', 'message') ?? 'nothing';
  const detail = `The server answered ${method} with an error: ${said}.`;
  throw new UserError('listing-failed', detail, 'Try the words after -- alone.');
}

/** Shakes hands as either era does; a server that refuses `initialize` is of the newer one. */
async function open(server: Server): Promise<{ capabilities: unknown; params: object }> {
  const asked = {
    protocolVersion: LEGACY,
    capabilities: {},
    clientInfo: META_OF_MODERN[META.clientInfo],
  };
  const { result } = await server.ask('initialize', asked);
  if (isObject(result)) {
    server.notify('notifications/initialized');
    return { capabilities: result['capabilities'], params: {} };
  }
  const params = { _meta: META_OF_MODERN };
  const answer = await server.ask('server/discover', params);
  if (!isObject(answer['result'])) {
    const detail = 'The server refused both initialize and server/discover.';
    throw new UserError('listing-failed', detail, 'Try the words after -- alone.');
  }
  return { capabilities: member(answer, 'result', 'capabilities'), params };
}

interface Heard extends Server {
  readonly entries: readonly Entry[];
}

/** Speaks JSON-RPC over the pipes of a child, and keeps what crossed as entries. */
function hear(child: ChildProcess, name: string, command: string): Heard {
  const waiting = new Map<number, (answer: JsonObject) => void>();
  let refuse: (error: UserError) => void = () => {};
  const unread = new Promise<never>((_, reject) => {
    refuse = reject;
  });
  unread.catch(() => {});
  const kept = keep(name, () => {
    const detail = `${command} gave an answer that nests deeper than ${MAX_DEPTH} levels.`;
    refuse(new UserError('listing-failed', detail, 'Try the words after -- alone.'));
  });
  const failed = failure(child, command);
  // Whoever waits for an answer is told; nobody may.
  failed.catch(() => {});
  const send = (message: object): void => {
    const text = `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`;
    kept.add('client', Buffer.from(text));
    child.stdin?.write(text);
  };
  child.stdin?.on('error', () => {});
  child.stdout?.on('data', (chunk: Buffer) => {
    for (const value of kept.add('server', chunk)) {
      const { id, method } = value;
      if (typeof method === 'string') answerTo(value, send);
      else if (typeof id === 'number') waiting.get(id)?.(value);
    }
  });
  let lastId = 0;
  return {
    entries: kept.entries,
    notify: (method) => send({ method }),
    ask(method, params) {
      lastId += 1;
      const id = lastId;
      const answer = new Promise<JsonObject>((resolve) => waiting.set(id, resolve));
      send({ id, method, params });
      return Promise.race([answer, failed, unread, tooLate(command, method)]);
    },
  };
}

/** We offer nothing, so that whatever the server asks for is refused; only a ping is answered. */
function answerTo({ id, method }: JsonObject, send: (message: object) => void): void {
  if (id === undefined) return;
  if (method === 'ping') send({ id, result: {} });
  else send({ id, error: { code: NO_METHOD, message: 'Method not found' } });
}

/** Rejects with what a user is told when the server is gone. */
async function failure(child: ChildProcess, command: string): Promise<never> {
  let last = '';
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    last = `${last}${part}`.slice(-2000);
  });
  const [code, signal] = await once(child, 'close').catch((error: unknown) => {
    const detail = `${command} cannot be started: ${systemReason(error)}.`;
    throw new UserError('command-not-found', detail, 'Try the words after -- alone.');
  });
  const said = last.trim().split('\n').at(-1) ?? '';
  const detail = `${command} ended (${signal ?? code}) before it had listed what it offers${said === '' ? '' : `: ${said}`}.`;
  throw new UserError('listing-failed', detail, 'Try the words after -- alone.');
}

async function tooLate(command: string, method: string): Promise<never> {
  await delay(PATIENCE.answer, undefined, { ref: false });
  const detail = `${command} did not answer ${method} within a minute.`;
  throw new UserError('listing-failed', detail, 'Try the words after -- alone.');
}

interface Kept {
  readonly entries: readonly Entry[];
  /** Takes bytes of one side, and gives the messages that are whole now. */
  add(from: Peer, bytes: Uint8Array): JsonObject[];
}

/** `tooDeep` is called for a message that is not walked, so that no answer is waited for. */
function keep(name: string, tooDeep: () => void): Kept {
  const start = hrtime.bigint();
  const entries: Entry[] = [headOf(name, start)];
  const framers: Readonly<Record<Peer, Framer>> = { client: framer(), server: framer() };
  // Its placeholders go into no recording; a baseline has them without their hash.
  const redact = createRedact(keyedHash(new Uint8Array(32)), process.env);
  return {
    entries,
    add(from, bytes) {
      const at = Number((hrtime.bigint() - start) / 1000n);
      const channel = from === 'client' ? 'stdin' : 'stdout';
      return framers[from].push(bytes, at, at).flatMap((line) => {
        const draft = draftOfLine(line, { from, channel }, redact, 'redacted');
        entries.push({ ...draft, session: LISTING, seq: entries.length } as Entry);
        if (draft.type === 'message' && draft.value === undefined) tooDeep();
        return draft.type === 'message' && isObject(draft.value) ? [draft.value] : [];
      });
    },
  };
}

/** It is written nowhere, so it needs no id of its own. */
const LISTING = 'listing';

function headOf(name: string, start: bigint): Entry {
  return {
    type: 'session',
    session: LISTING,
    seq: 0,
    at: 0,
    name,
    transport: 'stdio',
    fidelity: 'bytes',
    tap: `wiretape/${ownVersion()}`,
    capture: 'redacted',
    redaction: { rules: 'default', key: 'none' },
    clock: { wall: new Date().toISOString(), monotonic: String(start), boot: 'this' },
    workflow: null,
  };
}

function framer(): Framer {
  return createFramer(LINE, () => {
    const hash = createHash('sha256');
    return { update: (bytes) => hash.update(bytes), hex: () => hash.digest('hex') };
  });
}

/** As hosts do: closes standard input, and asks ever more firmly. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const closed = once(child, 'close');
  child.stdin?.end();
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const isGone = await Promise.race([
      closed.then(() => true),
      delay(PATIENCE.end, false, { ref: false }),
    ]);
    if (isGone) return;
    child.kill(signal);
  }
  await closed;
}
