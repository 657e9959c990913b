/** Accesses: what one operation does to one resource, how sure that is, and how we know. */

/** Read, list, overwrite, add, increment, create, delete; X: unknown. */
export type AccessKind = 'R' | 'L' | 'W' | 'A' | 'I' | 'C' | 'D' | 'X';

/** How an access is known, from what a user says down to nothing. */
export type Provenance =
  | 'user'
  | 'pack'
  | 'protocol'
  | 'schema'
  | 'verb'
  | 'flow'
  | 'text'
  | 'unknown';

export interface Access extends Resource {
  readonly kind: AccessKind;
  /** Of two additions whose order shows afterwards: an appended line, and not a member of a set. */
  readonly ordered?: true;
  /** 0 to 1. */
  readonly confidence: number;
  readonly provenance: Provenance;
}

export interface Resource {
  /** The canonical key: `file:/abs/path`, `https://…`, `res:…`, `ent:…`, `srv:<container>:*`. */
  readonly resource: string;
  /** For people. */
  readonly label: string;
}

/** What each source is worth. */
export const CONFIDENCE: Readonly<Record<Provenance, number>> = {
  user: 1,
  protocol: 1,
  pack: 0.9,
  schema: 0.8,
  flow: 0.7,
  verb: 0.5,
  text: 0.4,
  unknown: 0.2,
};
