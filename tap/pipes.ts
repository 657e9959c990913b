/** The three pipes of a server, each passed on and recorded: the whole traffic of a stdio session. */
import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Peer } from '../model/entry.ts';
import { createCrossings } from './crossings.ts';
import { createLargeLines } from './large.ts';
import type { LineChange } from './propagation.ts';
import { type Fullness, Pump } from './pump.ts';
import { closeStandard, openInput, openOutput } from './standard-stream.ts';
import { createStderrRecorder } from './stderr.ts';
import type { TapSession } from './tap-session.ts';

export interface Pipes {
  /**
   * Resolves when the server's output has ended and left, and everything is recorded. A process that
   * the server left behind may hold its pipes: after a second of silence nobody waits for it.
   * `isLeaving`: we were told to end, and nobody may read any more.
   */
  drain(isLeaving: () => boolean): Promise<void>;
}

/** Connects a running server to the standard streams of this process; `errors` is our stderr. */
export function connectPipes(
  server: ChildProcess,
  session: TapSession,
  errors: Writable,
  change?: LineChange,
): Pipes {
  const { stdin, stdout, stderr } = server;
  if (!stdin || !stdout || !stderr) throw new Error('the server was started without pipes');
  const { now } = session;
  const large = createLargeLines(session, (isFull) => {
    for (const pump of [input, output]) pump.hold(isFull);
  });
  const toServer = createCrossings(
    session,
    { from: 'client', channel: 'stdin' },
    large,
    change ? { finish: change.note } : {},
  );
  const toClient = createCrossings(session, { from: 'server', channel: 'stdout' }, large);
  const said = createStderrRecorder(session);
  const closing = watchClosing(session);
  const input = new Pump({
    source: openInput(0),
    sink: stdin,
    now,
    onChunk: toServer.push,
    ...(change ? { change } : {}),
    fullness: fullnessOf(session, 'client'),
    onEnd: () => {
      toServer.end();
      closing.begin();
    },
    endSink: (sink) => sink.end(),
    endSource: closeStandard,
  });
  const output = new Pump({
    source: stdout,
    sink: openOutput(1),
    now,
    onChunk: toClient.push,
    fullness: fullnessOf(session, 'server'),
    onEnd: toClient.end,
    endSink: closeStandard,
    endSource: destroy,
  });
  const errorOutput = new Pump({
    source: stderr,
    sink: errors,
    now,
    onChunk: said.push,
    onEnd: said.end,
    endSink: () => {},
    endSource: destroy,
  });
  const outputs = [output, errorOutput];
  return {
    async drain(isLeaving) {
      closing.end();
      await first(
        outputs.map(({ ended }) => ended),
        () => outputs.every(isSilent),
      );
      for (const pump of [...outputs, input]) pump.stop();
      const leavingSince = performance.now();
      await first(
        outputs.map(({ flushed }) => flushed),
        () => isLeaving() && performance.now() - leavingSince > SILENCE,
      );
      await large.done();
      for (const pump of [input, output]) pump.unwatch();
    },
  };
}

/** Records when a peer takes nothing of what the other side sends: then nobody can answer. */
function fullnessOf({ recorder, now }: TapSession, from: Peer): Fullness {
  const peer = from === 'client' ? 'server' : 'client';
  return {
    nextPlace: () => recorder.lastSeq + 1,
    tell(isFull, seq) {
      const text = isFull ? `the ${peer} takes no bytes` : `the ${peer} takes bytes again`;
      recorder.add([{ type: 'note', at: now(), text, pipe: { from, isFull, seq } }]);
    },
  };
}

/** How long a server may take to end once nobody speaks to it any more, in ms. */
const CLOSED = 1000;

/** Records that a server runs on although the client has closed its end. */
function watchClosing({ recorder, now }: TapSession): { begin(): void; end(): void } {
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  return {
    begin() {
      if (isOver) return;
      const text = 'the client closed its end a second ago, and the server runs on';
      timer = setTimeout(() => {
        recorder.add([{ type: 'note', at: now(), text, closed: 'client' }]);
      }, CLOSED).unref();
    },
    end() {
      isOver = true;
      clearTimeout(timer);
    },
  };
}

function destroy(source: Readable): void {
  source.destroy();
}

/** How long a pipe must be silent after its server has gone, and how long a reader is awaited, in ms. */
const SILENCE = 1000;

function isSilent(pump: Pump): boolean {
  return pump.idleFor() > SILENCE;
}

/** Resolves when all promises have, or as soon as nobody should wait for them any more. */
async function first(all: readonly Promise<void>[], isEnough: () => boolean): Promise<void> {
  const done = Promise.all(all);
  let isDone = false;
  void done.then(() => {
    isDone = true;
  });
  while (!isDone && !isEnough()) await Promise.race([done, delay(50)]);
}
