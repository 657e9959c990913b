/** One change of a definition, and how bad it is for those who rely on the old one. */
import type { JsonObject } from '../../model/json.ts';

/**
 * breaking: what worked may fail, or it cannot be decided. widening: more is possible, and nothing
 * less. wording: only words for people and models changed.
 */
export type Level = 'breaking' | 'widening' | 'wording';

export const LEVELS = ['breaking', 'widening', 'wording'] as const satisfies readonly Level[];

export interface Change {
  readonly level: Level;
  /** What changed in the definition, as a path for people; empty: all of it. */
  readonly at: string;
  readonly text: string;
  /** Characters in the new text that a reader would not see. */
  readonly hidden?: readonly string[];
}

/** A change, and whose it is. */
export interface DefinitionChange extends Change {
  readonly server: string;
  readonly kind: 'server' | 'tool' | 'prompt' | 'resource' | 'template';
  readonly name: string;
}

export type Differ = (before: JsonObject, after: JsonObject) => Change[];
