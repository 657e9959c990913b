/** Work under one key is done one after the other, in the order it was asked for. */
export interface Turns {
  of<T>(key: string, work: () => Promise<T>): Promise<T>;
  /** Settles when all work asked for up to now is done. */
  done(): Promise<void>;
}

export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return {
    of(key, work) {
      const before = last.get(key) ?? Promise.resolve();
      const own = before.then(work, work);
      const settled = own.then(
        () => undefined,
        () => undefined,
      );
      last.set(key, settled);
      void settled.then(() => {
        if (last.get(key) === settled) last.delete(key);
      });
      return own;
    },
    async done() {
      await Promise.all(last.values());
    },
  };
}
