/** Numbers for people: short, with their unit, never more exact than they are. Times in µs. */

export function duration(micros: number): string {
  const time = Math.max(0, micros);
  if (time < 1e3) return `${Math.round(time)} µs`;
  if (time < 1e6) return `${significant(time / 1e3)} ms`;
  if (time < 60e6) return `${significant(time / 1e6)} s`;
  const seconds = Math.round(time / 1e6);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h} h ${m} m` : `${m} m ${s} s`;
}

/** Three digits: 1.23, 12.3, 123, 1234. */
function significant(value: number): string {
  return value >= 99.95 ? value.toFixed(0) : value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

/** Bytes: `640 B`, `1.2 kB`. */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  return count < 1e6 ? `${short(count / 1e3)} kB` : `${short(count / 1e6)} MB`;
}

/** Characters, or anything that is merely counted: `640`, `1.2k`. */
export function amount(count: number): string {
  if (count < 1000) return String(count);
  return count < 1e6 ? `${short(count / 1e3)}k` : `${short(count / 1e6)}M`;
}

function short(value: number): string {
  return value < 9.95 ? value.toFixed(1) : value.toFixed(0);
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** `09:41:07` today, `21 Nov 09:41` before; for people only. */
export function wallClock(milliseconds: number, now: number): string {
  const short = wallMinutes(milliseconds, now);
  return /^\d\d:\d\d$/.test(short) ? new Date(milliseconds).toTimeString().slice(0, 8) : short;
}

/** `09:41` today, `21 Nov 09:41` before; for people only. */
export function wallMinutes(milliseconds: number, now: number): string {
  const then = new Date(milliseconds);
  if (Number.isNaN(then.getTime())) return '';
  const time = then.toTimeString().slice(0, 5);
  if (new Date(now).toDateString() === then.toDateString()) return time;
  return `${then.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} ${time}`;
}
