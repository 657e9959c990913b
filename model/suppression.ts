/** Findings that somebody has looked at and does not want to hear of, with the reason and for how long. */
import type { Finding } from './finding.ts';
import { matches } from './name-pattern.ts';

export interface Suppression {
  /** One fault, in whichever recording. */
  readonly fingerprint?: string;
  /** A rule by its words or its code, and where: `*` stands for any letters. */
  readonly rule?: string;
  readonly server?: string;
  readonly tool?: string;
  readonly reason: string;
  /** The last day on which it holds, as `2026-12-31` (UTC). */
  readonly expires?: string;
}

export interface Suppressed {
  /** All of them, those that are suppressed with the reason. */
  readonly findings: readonly Finding[];
  /** Those that held no more; the findings that they name are loud again. */
  readonly expired: readonly Suppression[];
  /** Those that hold, and name nothing that was found. */
  readonly idle: readonly Suppression[];
}

/** `now`: milliseconds since 1970. The first suppression that names a finding counts. */
export function suppress(
  findings: readonly Finding[],
  suppressions: readonly Suppression[],
  now: number,
): Suppressed {
  const expired = suppressions.filter((one) => isOver(one, now));
  const holding = suppressions.filter((one) => !expired.includes(one));
  const used = new Set<Suppression>();
  const judged = findings.map((finding): Finding => {
    const naming = holding.filter((one) => names(one, finding));
    for (const one of naming) used.add(one);
    const [first] = naming;
    if (!first) return finding;
    const { reason, expires } = first;
    return { ...finding, suppressed: { reason, ...(expires === undefined ? {} : { expires }) } };
  });
  return { findings: judged, expired, idle: holding.filter((one) => !used.has(one)) };
}

const DAY = 86_400_000;

/** The milliseconds since 1970 at which a day begins; undefined when the text is none. */
export function parseDay(text: string): number | undefined {
  const [, year = 0, month = 0, day = 0] = (/^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? []).map(Number);
  const first = Date.UTC(year, month - 1);
  const length = (Date.UTC(year, month) - first) / DAY;
  const isDay = month >= 1 && month <= 12 && day >= 1 && day <= length;
  return isDay ? first + (day - 1) * DAY : undefined;
}

function isOver({ expires }: Suppression, now: number): boolean {
  const day = expires === undefined ? undefined : parseDay(expires);
  return day !== undefined && now >= day + DAY;
}

function names({ fingerprint, rule, server, tool }: Suppression, finding: Finding): boolean {
  const { servers = [], tools = [] } = finding.about ?? {};
  const isNamed = (pattern: string | undefined, all: readonly string[]): boolean =>
    pattern === undefined || all.some((name) => matches(pattern, name));
  return (
    (fingerprint === undefined || fingerprint === finding.fingerprint) &&
    isNamed(rule, [finding.rule, finding.code]) &&
    isNamed(server, servers) &&
    isNamed(tool, tools)
  );
}

/** What a suppression names, for people: `rule lost-update, tool edit_*`. */
export function suppressionText({ fingerprint, rule, server, tool }: Suppression): string {
  const parts = Object.entries({ fingerprint, rule, server, tool });
  return parts
    .flatMap(([name, value]) => (value === undefined ? [] : `${name} ${value}`))
    .join(', ');
}
