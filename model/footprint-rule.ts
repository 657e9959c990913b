/**
 * Footprint rules: what a tool does to what, as a user or one of our packs says it.
 *
 *   { server: 'notes', tool: 'save_*', accesses: { overwrite: 'note:{/id}' } }
 *
 * The words are for people; analysis/ makes accesses of them.
 */

/** What an access does, in one word: `modify` reads and overwrites at once, `append` adds where order shows. */
export type AccessWord =
  | 'read'
  | 'list'
  | 'overwrite'
  | 'modify'
  | 'add'
  | 'append'
  | 'increment'
  | 'create'
  | 'delete'
  | 'unknown';

export const ACCESS_WORDS: readonly AccessWord[] = [
  ...(['read', 'list', 'overwrite', 'modify', 'add'] as const),
  ...(['append', 'increment', 'create', 'delete', 'unknown'] as const),
];

/**
 * Which resources, by what is done to them. A template names one for each value found: `file:{/path}`,
 * `note:{/id}`, `{/url}`, `row:{/table}/{/keys/*}`; `*` is all that the server keeps.
 */
export type AccessTemplates = { readonly [W in AccessWord]?: string | readonly string[] };

export interface ToolFootprint {
  /** Which servers, by the name of the session or the server's own; `*` stands for any letters. */
  readonly server?: string;
  readonly tool: string;
  /** Empty: the tool touches nothing. */
  readonly accesses: AccessTemplates;
}

/** Servers that keep their data in one place. */
export interface SharedPlace {
  readonly servers: readonly string[];
  readonly share: string;
}

export type FootprintRule = ToolFootprint | SharedPlace;
