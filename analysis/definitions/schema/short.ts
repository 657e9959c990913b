/** A value in a sentence: its JSON, cut where it is long. */
const LONGEST = 60;

export function shortJson(value: unknown): string {
  const text = value === undefined ? 'none' : JSON.stringify(value);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}
