/** What looks minted: ids, handles and cursors, by the name they stand under or by their characters. */
import { bitsPerCharacter } from '../../model/environment.ts';
import { lastWord } from '../footprint/words.ts';
import type { Leaf } from './leaves.ts';

/** Words that end the names of members which hold handles. */
const HANDLES: ReadonlySet<string> = new Set([
  'id',
  'uri',
  'url',
  'cursor',
  'token',
  'handle',
  'state',
  'path',
  'session',
  'task',
  'ref',
]);

/** Whether a member of this name holds what names a thing: `noteId`, `nextCursor`, `uri`. */
export function isHandle(name: string): boolean {
  return handleWord(name) !== undefined;
}

/** The word that says so: `id`, `cursor`, `uri`. */
export function handleWord(name: string): string | undefined {
  const word = lastWord(name);
  return HANDLES.has(word) ? word : undefined;
}

/** At least 6 characters, 2.5 bits each, and more than a word: what servers mint looks like that. */
export function isIdentifierLike(text: string): boolean {
  if (text.length < 6 || text.length > 4096) return false;
  return /[0-9]/.test(text) && !/\s/.test(text) && bitsPerCharacter(text) >= 2.5;
}

/** Whether a value is minted as it stands: named as a handle, whatever it looks like, or looking so itself. */
export function isWhole({ name, value }: Pick<Leaf, 'name' | 'value'>): boolean {
  if (value === '') return false;
  return isHandle(name) || isIdentifierLike(String(value));
}
