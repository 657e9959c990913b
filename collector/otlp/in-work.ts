/**
 * How much of what senders sent may be in memory at once. What is beyond it is put off: senders of
 * OTLP keep what was not taken, and come again.
 */
export interface Share {
  /** Takes so many bytes more; false when there is no room for them. */
  take(bytes: number): boolean;
  /** Gives all back that was taken. */
  release(): void;
}

/** Gives shares of one room of so many bytes. */
export function createRoom(bytes: number): () => Share {
  let left = bytes;
  return () => {
    let held = 0;
    return {
      take(wanted) {
        if (wanted > left) return false;
        left -= wanted;
        held += wanted;
        return true;
      },
      release() {
        left += held;
        held = 0;
      },
    };
  };
}
