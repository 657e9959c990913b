/** The kinds of causal edges: what each says, and whether no other order is possible. */

export interface EdgeMeaning {
  /** `A` led to `B`, in words. */
  readonly meaning: string;
  /** `must`: it could not have been otherwise. Soft: the client, or the wire, might have done it otherwise. */
  readonly must: boolean;
}

const must = (meaning: string): EdgeMeaning => ({ meaning, must: true });
const soft = (meaning: string): EdgeMeaning => ({ meaning, must: false });

export const EDGE_KINDS = {
  E1: soft('the next message on one pipe or stream'),
  E2: must('a request, then its answer'),
  E3: must(
    'a request, then its progress, its notifications and what the server asks because of it',
  ),
  E4: must('what the client answered the server, then the answer that waited for it'),
  E5: must('a result that asks for more, then the same request with it'),
  E6: must('a task, then what is asked of it and told about it'),
  E7: must('a subscription, then its acknowledgement and what it brings'),
  E8: must('a listing, then the first use of what it lists'),
  E9: must('an answer, then a request with a value that was minted in it'),
  E10: soft('word of a change, then the next listing or reading'),
  E11: soft('a call, then the calls of other connections that name it as their parent'),
  E12: soft('the answers of one turn, then the requests of the next'),
  E13: must('a request, then its cancellation, then the same request again'),
  E14: must('the process, its handshake, what is said then, its end'),
} as const satisfies Readonly<Record<string, EdgeMeaning>>;

export type EdgeKind = keyof typeof EDGE_KINDS;
