/** Which sessions are being recorded over a connection that is open now. */
export interface Attachments {
  /** Gives what ends it. */
  attach(session: string): () => void;
  has(session: string): boolean;
}

export function createAttachments(): Attachments {
  const counts = new Map<string, number>();
  return {
    attach(session) {
      counts.set(session, (counts.get(session) ?? 0) + 1);
      return () => {
        const count = (counts.get(session) ?? 1) - 1;
        if (count > 0) counts.set(session, count);
        else counts.delete(session);
      };
    },
    has: (session) => counts.has(session),
  };
}
