/** Text that fits: cut to a width with an ellipsis, by measured widths, never by guessing. */

const widths = new Map<string, number>();
/** Beyond, the cache is emptied: a run of many names must not grow it without end. */
const CACHE_LIMIT = 5000;

/** The first of these texts that fits, or as much of the last one as does. */
export function firstFitting(
  context: CanvasRenderingContext2D,
  texts: readonly string[],
  room: number,
): string {
  const found = texts.find((text) => measured(context, text) <= room);
  return found ?? fitted(context, texts.at(-1) ?? '', room);
}

/** The text, or as much of it as fits before an ellipsis; empty when not even two letters do. */
export function fitted(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (measured(context, text) <= room) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (context.measureText(`${text.slice(0, middle)}…`).width <= room) low = middle;
    else high = middle - 1;
  }
  return low < 3 ? '' : `${text.slice(0, low)}…`;
}

function measured(context: CanvasRenderingContext2D, text: string): number {
  const key = `${context.font} ${text}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  if (widths.size > CACHE_LIMIT) widths.clear();
  const { width } = context.measureText(text);
  widths.set(key, width);
  return width;
}
