/** What a pointer stands for, also inside texts. */
import { container } from '../../analysis/words/leaves.ts';
import { piecesIn } from '../../analysis/words/pieces.ts';
import { isObject, member } from '../../model/json.ts';

/** The values at a pointer, into JSON and pieces of texts where it has a `#`. */
export function valuesUnder(value: unknown, path: readonly string[]): unknown[] {
  const [name, ...rest] = path;
  if (name === undefined) return [value];
  if (Array.isArray(value)) {
    const items = name === '*' ? value : Object.hasOwn(value, name) ? [value[Number(name)]] : [];
    return items.flatMap((item) => valuesUnder(item, rest));
  }
  if (!isObject(value)) return [];
  if (Object.hasOwn(value, name)) return valuesUnder(value[name], rest);
  const text = name.endsWith('#') ? member(value, name.slice(0, -1)) : undefined;
  if (typeof text !== 'string') return [];
  return valuesUnder(container(text) ?? piecesIn(text).map((piece) => piece.text), rest);
}
