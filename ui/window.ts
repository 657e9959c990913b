/** Which rows of a long list are on screen: rows of one height, found without measuring any of them. */

export interface Windowed {
  readonly first: number;
  /** The row after the last one. */
  readonly end: number;
  /** Where the first one stands, in px. */
  readonly offset: number;
}

export interface Scrolled {
  /** How far the top of the list is above the top of what is visible, in px. */
  readonly scrollTop: number;
  readonly height: number;
  readonly rowHeight: number;
  readonly rowCount: number;
}

/** Rows beyond both edges, so that scrolling by one shows no blank. */
const SPARE = 6;

/** Browsers make no element taller than some ten million px; beyond, scrolling is scaled. */
export const TALLEST = 10_000_000;

export function windowOf({ scrollTop, height, rowHeight, rowCount }: Scrolled): Windowed {
  const top = Math.floor(unscaled({ scrollTop, height, rowHeight, rowCount }) / rowHeight);
  const first = Math.max(0, Math.min(top - SPARE, rowCount));
  const end = Math.max(first, Math.min(rowCount, top + Math.ceil(height / rowHeight) + SPARE));
  const whole = rowCount * rowHeight;
  const offset =
    whole <= TALLEST
      ? first * rowHeight
      : scrollTop - (unscaled({ scrollTop, height, rowHeight, rowCount }) - first * rowHeight);
  return { first, end, offset };
}

/** The height of the element that holds all rows. */
export function heightOf(rowCount: number, rowHeight: number): number {
  return Math.min(TALLEST, rowCount * rowHeight);
}

/** Where to scroll so that a row is visible, or undefined when it is. */
export function scrollToRow(scrolled: Scrolled, row: number): number | undefined {
  const { height, rowHeight } = scrolled;
  const top = unscaled(scrolled);
  const y = row * rowHeight;
  if (y >= top && y + rowHeight <= top + height) return undefined;
  return scaled(Math.max(0, y < top ? y - rowHeight : y + 2 * rowHeight - height), scrolled);
}

function unscaled({ scrollTop, height, rowHeight, rowCount }: Scrolled): number {
  const whole = rowCount * rowHeight;
  return whole <= TALLEST
    ? Math.max(0, scrollTop)
    : (scrollTop / (TALLEST - height)) * (whole - height);
}

function scaled(top: number, { height, rowHeight, rowCount }: Scrolled): number {
  const whole = rowCount * rowHeight;
  return whole <= TALLEST ? top : (top / (whole - height)) * (TALLEST - height);
}
