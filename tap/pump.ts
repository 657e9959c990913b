/**
 * One direction of a pipe: passes chunks on unchanged, and first; then shows them to a recorder.
 *
 * Backpressure is real: when the reader stalls, we stop reading from the writer, and no other
 * direction notices. It knows nothing of lines or messages.
 */
import type { Readable, Writable } from 'node:stream';

export interface PumpOptions {
  readonly source: Readable;
  readonly sink: Writable;
  readonly now: () => number;
  /** A chunk read at `at` and handed to the system from `sent` on (µs). Must not throw. */
  readonly onChunk: (chunk: Buffer, at: number, sent: number) => void;
  /** Who wants to know when the reader takes nothing although bytes wait. */
  readonly fullness?: Fullness;
  /** Changes what goes on, where the user asked for that. */
  readonly change?: Change;
  /** No more chunks come. Must not throw. */
  readonly onEnd: () => void;
  /** Tells the reader that nothing more comes. */
  readonly endSink: (sink: Writable) => void;
  /** Tells the writer that nobody reads any more. */
  readonly endSource: (source: Readable) => void;
}

export interface Change {
  pass(chunk: Buffer): Buffer;
  /** What is left when no more chunks come. */
  end(): Buffer;
}

export interface Fullness {
  /** The place of the next entry. */
  nextPlace(): number;
  /** The reader takes nothing (true) of what was recorded from `place` on, or takes again. Must not throw. */
  tell(isFull: boolean, place: number): void;
}

/** How many bytes may wait for a reader that is slower than its writer. */
const WAITING = 256 * 1024;

/** How often to look whether a reader that lets bytes wait takes any, in ms. */
const LOOK_EVERY = 1000;

export class Pump {
  /** Resolves when the writer has ended, or the reader has gone. */
  readonly ended: Promise<void>;
  /** Resolves when besides every byte has left, or never will. */
  readonly flushed: Promise<void>;

  readonly #options: PumpOptions;
  #isEnded = false;
  #isBroken = false;
  #isStalled = false;
  #isHeld = false;
  #newest: number;
  #passed = 0;
  #watching: NodeJS.Timeout | undefined;
  #resolveEnded = (): void => {};
  #resolveFlushed = (): void => {};

  constructor(options: PumpOptions) {
    this.#options = options;
    this.#newest = options.now();
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    this.flushed = new Promise((resolve) => {
      this.#resolveFlushed = resolve;
    });
    const { source, sink } = options;
    source.on('data', (chunk: Buffer) => this.#pass(chunk));
    for (const end of ['end', 'error', 'close']) source.on(end, () => this.stop());
    // A writer that said nothing and is gone has ended before anybody listened.
    if (source.readableEnded || source.destroyed) queueMicrotask(() => this.stop());
    sink.on('drain', () => this.#flow());
    for (const end of ['error', 'close']) sink.on(end, () => this.#break());
  }

  /** For how many ms nothing came although there was room for it. */
  idleFor(): number {
    return this.#isStalled || this.#isHeld ? 0 : (this.#options.now() - this.#newest) / 1000;
  }

  /** Reads nothing more for now, or goes on. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    if (isHeld) this.#options.source.pause();
    else if (!this.#isStalled) this.#options.source.resume();
  }

  /** Ends the direction as its writer does. */
  stop(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const { sink, onEnd, endSink, change } = this.#options;
    const left = change?.end();
    if (left && left.length > 0 && !this.#isBroken) sink.write(left);
    onEnd();
    this.#resolveEnded();
    // The callback of an empty write comes after those of all writes before it.
    if (!this.#isBroken) {
      sink.write('', () => {
        if (!this.#isBroken) endSink(sink);
        this.#resolveFlushed();
      });
    }
  }

  /** Tells no more of a full reader: the session is over, and nothing may stand behind its end. */
  unwatch(): void {
    clearInterval(this.#watching);
    this.#watching = undefined;
  }

  #pass(chunk: Buffer): void {
    if (this.#isEnded) return;
    const { source, sink, now, onChunk, change } = this.#options;
    const at = now();
    const passed = change ? change.pass(chunk) : chunk;
    const sent = now();
    sink.write(passed);
    this.#passed += passed.length;
    if (sink.writableLength > 0) this.#watch();
    if (sink.writableLength > WAITING) {
      this.#isStalled = true;
      source.pause();
    }
    this.#newest = at;
    onChunk(chunk, at, sent);
  }

  /** Looks once a second whether the reader takes anything of what waits, for as long as it does. */
  #watch(): void {
    const { fullness, sink } = this.#options;
    if (this.#watching || !fullness) return;
    let taken = this.#passed - sink.writableLength;
    let place = fullness.nextPlace();
    let isFull = false;
    this.#watching = setInterval(() => {
      const before = taken;
      taken = this.#passed - sink.writableLength;
      const takesNothing = taken === before && sink.writableLength > 0;
      if (takesNothing !== isFull && !this.#isBroken) fullness.tell(takesNothing, place);
      isFull = takesNothing;
      if (!isFull) place = fullness.nextPlace();
      if (sink.writableLength === 0 || this.#isBroken) this.unwatch();
    }, LOOK_EVERY).unref();
  }

  #flow(): void {
    this.#isStalled = false;
    if (!this.#isHeld) this.#options.source.resume();
  }

  /** Nobody reads any more: the writer must feel it as it would without us. */
  #break(): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    if (!this.#isEnded) this.#options.endSource(this.#options.source);
    this.stop();
    this.#resolveFlushed();
  }
}
