/** The colours can be read: contrasts of every text, lane and mark, computed from the tokens themselves. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { contrast, inkOn } from '../../ui/timeline/palette.ts';

const css = readFileSync(new URL('../../ui/tokens.css', import.meta.url), 'utf8');
const tokens = new Map(
  [
    ...css.slice(0, css.indexOf('@media')).matchAll(/--([\w-]+): light-dark\((#\w+), (#\w+)\)/g),
  ].map(([, name = '', light = '', dark = '']) => [name, [light, dark] as const]),
);
const colour = (name: string, theme: 0 | 1): string => tokens.get(name)?.[theme] ?? 'missing';

describe.each([
  ['light', 0],
  ['dark', 1],
] as const)('%s', (_name, theme) => {
  const grounds = ['bg', 'surface', 'raised', 'band'];

  test.each(['fg', 'muted', 'accent', 'ok', 'warn', 'error', 'conflict'])(
    '%s is text on every ground',
    (name) => {
      for (const ground of grounds)
        expect(contrast(colour(name, theme), colour(ground, theme))).toBeGreaterThanOrEqual(4.5);
    },
  );

  test.each([
    ['accent', 'accent-soft'],
    ['error', 'error-soft'],
    ['conflict', 'conflict-soft'],
    ['warn', 'warn-soft'],
    ['accent-ink', 'accent'],
    ['fg', 'error-soft'],
    ['muted', 'error-soft'],
    ['muted', 'conflict-soft'],
    ['muted', 'warn-soft'],
    ['accent', 'conflict-soft'],
    ['accent', 'error-soft'],
    ['accent', 'warn-soft'],
    ['fg', 'accent-soft'],
  ])('%s is text on %s', (text, ground) => {
    expect(contrast(colour(text, theme), colour(ground, theme))).toBeGreaterThanOrEqual(4.5);
  });

  test.each(['host', 'lane-1', 'lane-2', 'lane-3', 'lane-4', 'lane-5', 'lane-6'])(
    '%s stands out and can be written on',
    (name) => {
      const lane = colour(name, theme);
      for (const ground of grounds)
        expect(contrast(lane, colour(ground, theme))).toBeGreaterThanOrEqual(3);
      expect(contrast(inkOn(lane), lane)).toBeGreaterThanOrEqual(4.5);
    },
  );
});
