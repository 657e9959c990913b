/**
 * Characters that a reader does not see, or that reorder what he sees: what a changed definition may
 * say to a model and not to whoever approves it (Unicode 16: bidirectional controls, UAX 9; tags).
 */
const HIDDEN = /(?![\ufe0f\t\n\r])[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** The named ones; ranges of code points, both ends included. */
const NAMES: readonly (readonly [from: number, to: number, name: string])[] = [
  [0x00, 0x1f, 'control'],
  [0x7f, 0x9f, 'control'],
  [0xad, 0xad, 'soft hyphen'],
  [0x61c, 0x61c, 'bidirectional mark'],
  [0x200b, 0x200d, 'zero width'],
  [0x200e, 0x200f, 'bidirectional mark'],
  [0x202a, 0x202e, 'bidirectional override'],
  [0x2060, 0x2060, 'zero width'],
  [0x2066, 0x2069, 'bidirectional isolate'],
  [0xfe00, 0xfe0e, 'variation selector'],
  [0xfeff, 0xfeff, 'zero width'],
  [0xe0000, 0xe007f, 'tag'],
  [0xe0100, 0xe01ef, 'variation selector'],
];

/** What is hidden in the texts of a value, each kind once: `3 tag (U+E0061 …)`. */
export function hiddenIn(value: unknown): string[] {
  const found = new Map<string, number[]>();
  const text = textsOf(value).join('\n');
  for (const [character] of text.matchAll(HIDDEN)) {
    const code = character.codePointAt(0) ?? 0;
    const name = NAMES.find(([from, to]) => code >= from && code <= to)?.[2] ?? 'invisible';
    found.set(name, [...(found.get(name) ?? []), code]);
  }
  return [...found].map(([name, codes]) => {
    const first = `U+${(codes[0] ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
    return `${codes.length} ${name} (${first}${new Set(codes).size > 1 ? ' …' : ''})`;
  });
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [name, ...textsOf(inner)]);
}
