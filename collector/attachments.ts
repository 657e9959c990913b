/** Which sessions are being recorded over a connection that is open now. */
export interface Attachments {
  /** Gives what ends it. */
  attach(session: string): () => void;
  has(session: string): boolean;
  /** Calls back whenever the last connection of a session has ended. */
  onLeft(told: () => void): void;
}

export function createAttachments(): Attachments {
  const counts = new Map<string, number>();
  const listeners: (() => void)[] = [];
  const detach = (session: string): void => {
    const count = (counts.get(session) ?? 1) - 1;
    if (count > 0) counts.set(session, count);
    else {
      counts.delete(session);
      for (const told of listeners) told();
    }
  };
  return {
    attach(session) {
      counts.set(session, (counts.get(session) ?? 0) + 1);
      return () => detach(session);
    },
    has: (session) => counts.has(session),
    onLeft: (told) => void listeners.push(told),
  };
}
