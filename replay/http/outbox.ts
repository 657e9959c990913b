/** The body of a response that goes on: what is put in is read in order, as slowly as it is taken. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SPACING } from '../stand-in.ts';

export interface Outbox {
  readonly body: ReadableStream<Uint8Array>;
  /** `notifies`: it is or holds a notification; see `SPACING`. */
  put(bytes: Uint8Array, notifies: boolean): void;
  /** Ends once everything was read. */
  end(): void;
  /** Breaks off once everything was read, as a connection that is cut. */
  cut(reason: unknown): void;
}

/** `onGone`: whoever reads has given up. */
export function createOutbox(onGone: () => void): Outbox {
  const waiting: { bytes: Uint8Array; notifies: boolean }[] = [];
  let ending: 'end' | { readonly reason: unknown } | undefined;
  let hasNotified = false;
  let wake = (): void => {};
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        while (waiting.length === 0 && ending === undefined) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        const next = waiting[0];
        if (next) {
          if (hasNotified && !next.notifies) await sleep(SPACING);
          hasNotified = next.notifies;
          waiting.shift();
          controller.enqueue(next.bytes);
        } else if (ending === 'end') controller.close();
        else controller.error(ending?.reason);
      },
      cancel() {
        onGone();
        ending ??= 'end';
        wake();
      },
    },
    { highWaterMark: 0 },
  );
  return {
    body,
    put(bytes, notifies) {
      waiting.push({ bytes, notifies });
      wake();
    },
    end() {
      ending ??= 'end';
      wake();
    },
    cut(reason) {
      ending ??= { reason };
      wake();
    },
  };
}
