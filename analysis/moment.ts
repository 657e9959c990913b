/** Microseconds as people read them. */

/** `0.04 s`, `12.1 s`, `1 m 12 s`, `3 h 4 m`. */
export function duration(micros: number): string {
  const seconds = Math.max(0, micros) / 1_000_000;
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} m`;
}

/** A moment among others that are near it: `0.004 s`, `75.210 s`. */
export function instant(micros: number): string {
  return `${(Math.max(0, micros) / 1_000_000).toFixed(3)} s`;
}

/** A recorded text in a sentence of ours: on one line, in quotes, cut to what a sentence can hold. */
export function quoted(text: string): string {
  return `“${shortened(text)}”`;
}

/** The same without quotes, for names that are said as they are. */
export function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  const kept = [...line.slice(0, 2 * QUOTED)].slice(0, QUOTED).join('');
  return `${kept}${kept.length < line.length ? '…' : ''}`;
}

const QUOTED = 120;
