/** The tokens as colours that a canvas understands, with the ink that can be read on each lane's colour. */

const TOKENS = [
  'bg',
  'surface',
  'raised',
  'band',
  'line',
  'fg',
  'muted',
  'accent',
  'accent-soft',
  'accent-ink',
  'error',
  'error-soft',
  'conflict',
  'conflict-soft',
  'warn',
  'host',
] as const;
type Token = (typeof TOKENS)[number];

export const LANE_COLOURS = 6;

export interface Fill {
  readonly fill: string;
  readonly ink: string;
}

export interface Palette {
  readonly token: Readonly<Record<Token, string>>;
  /** 0 is the host's. */
  readonly lane: readonly Fill[];
  readonly sans: string;
  readonly mono: string;
}

const DARK_INK = '#0f1218';
const LIGHT_INK = '#ffffff';

/** Reads the tokens as they are now; `light-dark()` resolves only where it is used as a colour. */
export function readPalette(root: HTMLElement): Palette {
  const probe = document.createElement('span');
  probe.hidden = true;
  // Otherwise a system with forced colours would make all of them one.
  probe.style.forcedColorAdjust = 'none';
  root.append(probe);
  const colour = (token: string): string => {
    probe.style.color = `var(--${token})`;
    return getComputedStyle(probe).color;
  };
  const token = Object.fromEntries(TOKENS.map((name) => [name, colour(name)])) as Record<
    Token,
    string
  >;
  const lanes = [
    'host',
    ...Array.from({ length: LANE_COLOURS }, (_, index) => `lane-${index + 1}`),
  ];
  const lane = lanes.map((name) => ({ fill: colour(name), ink: inkOn(colour(name)) }));
  probe.remove();
  return {
    token,
    lane,
    sans: '"Inter Variable", system-ui, sans-serif',
    mono: '"JetBrains Mono Variable", monospace',
  };
}

/** The colour of a lane; from the seventh server on they repeat, with a texture. */
export function laneFill({ lane }: Palette, colour: number): Fill & { readonly hatched: boolean } {
  const index = colour === 0 ? 0 : ((colour - 1) % LANE_COLOURS) + 1;
  const { fill, ink } = lane[index] ?? { fill: '#888888', ink: DARK_INK };
  return { fill, ink, hatched: colour > LANE_COLOURS };
}

export function inkOn(colour: string): string {
  return contrast(colour, LIGHT_INK) >= contrast(colour, DARK_INK) ? LIGHT_INK : DARK_INK;
}

/** The WCAG contrast of two colours, each `#rrggbb` or `rgb(r, g, b)`. */
export function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = channels(colour).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function channels(colour: string): number[] {
  if (colour.startsWith('#'))
    return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
}
