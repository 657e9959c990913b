// Invariant: a collector that is absent, hung, slow, refusing, half-open, stopped or killed costs the traffic nothing,
// and in the end a collector has every entry once: what was not acknowledged had stayed in the journal.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { statePaths } from '../../model/state.ts';
import { ROOT } from '../kit/built.ts';
import { type Address, ask, collect, collected, expectWhole, listenAt } from './collecting.ts';
import { journals, outcome, server, start, tapped, temporaryFolder, until } from './kit.ts';

/** Serves a tap in the collector's place; `real`: the socket of the collector. */
type Serve = (socket: Socket, real: string) => void;

const TROUBLES: Readonly<Record<string, Serve | undefined>> = {
  absent: undefined,
  hung: (socket) => void socket.pause(),
  refusing: answering('403 Forbidden'),
  'asking for patience': answering('429 Too Many Requests', 'Retry-After: 60'),
  'out of service': answering('503 Service Unavailable'),
  'answering half an upgrade': (socket) =>
    void socket.once('data', () => socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgr')),
  'deaf after the first word': speaking((socket, said) => {
    const resume = /"resume":"(\w+)"/.exec(said)?.[1];
    if (resume === undefined) return;
    socket.send(JSON.stringify({ ack: resume, seq: -1 }));
    socket.pause();
  }),
  'talking gibberish': speaking((socket) => socket.send('{"ack":42}\n\0not json')),
  slow: relay(async (part, to) => {
    for (let at = 0; at < part.length; at += 500) {
      await delay(5);
      to.write(part.subarray(at, at + 500));
    }
  }),
  'breaking off again and again': relay(async (part, to, from, passed) => {
    to.write(part.subarray(0, part.length >> 1));
    if (passed > 3000) from.destroy();
    else to.write(part.subarray(part.length >> 1));
  }),
  'half-open after a while': relay(async (part, to, from, passed) => {
    if (passed > 3000) from.pause();
    else to.write(part);
  }),
};

const EACH = 150;

test.each(Object.entries(TROUBLES))('a collector that is %s', async (_, serve) => {
  const state = await temporaryFolder();
  const collector = await collect(state);
  const [socket, real] = [join(state, 'collector.sock'), join(state, 'real.sock')];
  await rename(socket, real);
  const place = serve && (await listenAt(socket, (tap) => serve(tap, real)));
  await judge(collector, state, async (talk) => {
    await talk(EACH);
    if (place) await until(() => place.visits() > 0);
    await talk(EACH);
    return { end: () => place?.close() };
  });
});

test('a collector that takes none of our tokens', async () => {
  const state = await temporaryFolder();
  const collector = await collect(state);
  await writeFile(join(statePaths(state).tokens, 'write'), 'x'.repeat(43));
  await judge(collector, state, async (talk) => {
    await talk(2 * EACH);
    return {};
  });
});

test('a collector that is stopped for a while', async () => {
  const state = await temporaryFolder();
  const collector = await collectApart(state);
  await judge(collector, state, async (talk) => {
    await talk(EACH);
    await arrived(collector);
    collector.process.kill('SIGSTOP');
    await talk(2 * EACH);
    return { end: () => collector.process.kill('SIGCONT') };
  });
});

test('a collector that is killed in the middle, and comes back', async () => {
  const state = await temporaryFolder();
  const first = await collectApart(state);
  await judge(first, state, async (talk) => {
    await talk(EACH);
    await arrived(first);
    const talking = talk(EACH);
    first.process.kill('SIGKILL');
    await talking;
    const second = await collectApart(state);
    await talk(EACH);
    return { heir: second };
  });
});

type Talk = (count: number) => Promise<void>;

/** What ends a trouble when the session is over, and which collector is there then. */
interface Outcome {
  readonly end?: () => void;
  readonly heir?: Address;
}

/** Lets a tap meet a collector's trouble while a client and a server talk, one line after the other. */
async function judge(
  collector: Address,
  state: string,
  meet: (talk: Talk) => Promise<Outcome>,
): Promise<void> {
  const child = start(await tapped(server('echo'), { state }));
  const ended = outcome(child);
  let [said, heard, count] = ['', 0, 0];
  let answered = (): void => {};
  child.stdout.on('data', (chunk: Buffer) => {
    heard += chunk.length;
    if (heard === said.length) answered();
  });
  const { end, heir } = await meet(async (more) => {
    for (const last = count + more; count < last; count++) {
      const line = `{"jsonrpc":"2.0","id":${count},"method":"ping"}\n`;
      said += line;
      await new Promise<void>((resolve) => {
        answered = resolve;
        child.stdin.write(line);
      });
    }
  });
  child.stdin.end();
  const { code, stdout, stderr } = await ended;
  expect({ code, stdout: stdout.toString(), stderr: stderr.toString() }).toEqual({
    code: 0,
    stdout: said,
    stderr: '',
  });
  end?.();
  expectWhole(await collected(heir ?? collector), 2 * count + 3);
  await until(async () => (await journals(state)).length === 0);
}

async function arrived(collector: Address): Promise<void> {
  await until(async () => JSON.parse(await ask(collector, '/api/sessions'))[0]?.lastSeq > EACH);
}

/** A collector in a process of its own. */
async function collectApart(state: string): Promise<Address & { readonly process: ChildProcess }> {
  const program = join(ROOT, 'test/collector/collector-child.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', program, state], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(child.stdout, 'data');
  return { process: child, ...(JSON.parse(String(line)) as Address) };
}

function answering(status: string, ...headers: readonly string[]): Serve {
  return (socket) =>
    void socket.once('data', () =>
      socket.end([`HTTP/1.1 ${status}`, ...headers, 'Content-Length: 0', '', ''].join('\r\n')),
    );
}

/** A collector that answers what a tap says as it likes. */
function speaking(answer: (socket: WebSocket, said: string) => void): Serve {
  const http = createServer();
  new WebSocketServer({ server: http }).on('connection', (socket) => {
    socket.on('message', (data) => answer(socket, String(data)));
  });
  return (socket) => void http.emit('connection', socket);
}

type Pass = (part: Buffer, to: Socket, from: Socket, passed: number) => Promise<void>;

/** The collector itself, with something in between that passes on what the tap says. */
function relay(pass: Pass): Serve {
  return (socket, real) => {
    const far = connect(real).on('error', () => socket.destroy());
    far.pipe(socket);
    socket.on('close', () => far.destroy());
    let passed = 0;
    let before = Promise.resolve();
    socket.on('data', (part: Buffer) => {
      passed += part.length;
      const upTo = passed;
      before = before.then(() => pass(part, far, socket, upTo));
    });
  };
}
