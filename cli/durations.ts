/** Times as people read them. All are given in microseconds. */

/** `412 µs`, `38 ms`, `4.8 s`, `1 m 12 s`, `2 h 5 m`. */
export function duration(micros: number): string {
  if (micros < 1000) return `${Math.round(micros)} µs`;
  const millis = micros / 1000;
  if (millis < 1000) return `${millis < 10 ? millis.toFixed(1) : Math.round(millis)} ms`;
  const seconds = millis / 1000;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} m`;
}

/** A moment of a session as `seconds.millis`, which sorts and subtracts well by eye. */
export function moment(micros: number): string {
  return (micros / 1_000_000).toFixed(3);
}

/** Wall time, ISO 8601 in, as `10:02` when that is today, else with its date. */
export function clockTime(wall: string, now: Date): string {
  const [day, time = ''] = localTime(wall).split(' ');
  const isToday = day === localTime(now.toISOString()).split(' ')[0];
  return `${isToday ? '' : `${day} `}${time.slice(0, 5)}`;
}

/** Wall time, ISO 8601 in, as date and time of the reader's clock. */
export function localTime(wall: string): string {
  const date = new Date(wall);
  if (Number.isNaN(date.getTime())) return '';
  const two = (part: number): string => String(part).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
