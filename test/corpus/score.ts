/**
 * The score: what a detector finds of the faults that are in the corpus, and what it says that is not.
 *
 * It sees recordings alone. A finding counts for a fault when its code names the fault and it shows one
 * of the messages that the fault touched; what is true of the fault and does not name it counts neither
 * way; everything else is a false alarm.
 */
import { analyse } from '../../analysis/index.ts';
import type { Entry } from '../../model/entry.ts';
import type { Finding } from '../../model/finding.ts';
import { viewsOf } from '../../model/view.ts';
import { chance } from './acts.ts';
import { type Label, record, type Slot } from './corpus.ts';
import { lossy } from './lossy.ts';

export interface Column {
  readonly name: string;
  readonly setting: Partial<Slot['setting']>;
  readonly isLossy?: true;
}

/** All of it, and what rules are left with when something they live from is taken away. */
export const COLUMNS: readonly Column[] = [
  { name: 'whole', setting: {} },
  { name: 'held-out words', setting: { heldOut: true } },
  { name: 'no annotations', setting: { ablation: { annotations: false } } },
  { name: 'no output schemas', setting: { ablation: { outputSchemas: false } } },
  { name: 'arguments renamed', setting: { ablation: { plainArguments: true } } },
  { name: 'one tool in five unknown', setting: { ablation: { unknownTools: 5 } } },
  { name: 'lossy tap', setting: {}, isLossy: true },
];

export interface Verdict {
  readonly slot: Slot;
  readonly isFaulty: boolean;
  readonly callCount: number;
  readonly label: Label | undefined;
  /** Findings that name the fault. */
  readonly right: readonly Finding[];
  /** One of them shows the very operations, and the resource where it names one. */
  readonly isPlaced: boolean;
  readonly wrong: readonly Finding[];
}

/** What the detector says of one recording of the corpus. */
export function judged(slot: Slot, isFaulty: boolean, column: Column): Verdict {
  const setting = { ...slot.setting, ...column.setting };
  const { entries, label } = record(setting, slot.fault, isFaulty);
  const seen = column.isLossy ? lossy(entries, chance(setting.seed)) : entries;
  return verdictOf(slot, isFaulty, label, seen);
}

function verdictOf(
  slot: Slot,
  isFaulty: boolean,
  label: Label | undefined,
  entries: readonly Entry[],
): Verdict {
  const views = viewsOf(entries);
  const right: Finding[] = [];
  const wrong: Finding[] = [];
  for (const finding of analyse(views)) {
    const isAbout = label !== undefined && shows(finding, label.scope);
    if (isAbout && names(label.fault).has(finding.code)) {
      if (finding.tier !== 'POTENTIAL' || label.fault.tier === 'POTENTIAL') right.push(finding);
    } else if (
      finding.tier !== 'POTENTIAL' &&
      !(isAbout && label.fault.beside?.includes(finding.code))
    )
      wrong.push(finding);
  }
  return {
    ...{ slot, isFaulty, label, right, wrong },
    callCount: views.reduce((sum, { session }) => sum + session.calls.length, 0),
    isPlaced: label !== undefined && right.some((finding) => isPlaced(finding, label)),
  };
}

/** The codes that name a fault. */
function names({ code, also = [] }: Label['fault']): ReadonlySet<string> {
  return new Set([code, ...also]);
}

function shows({ evidence }: Finding, messages: ReadonlySet<string>): boolean {
  return evidence.some(({ message }) => messages.has(message));
}

function isPlaced({ evidence, resource }: Finding, { pair, key }: Label): boolean {
  const shown = new Set(evidence.map(({ message }) => message));
  const isThere = pair.every((message) => shown.has(message));
  return isThere && (resource === undefined || resource.includes(key));
}

export interface Rates {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export interface Row {
  /** A fault or a class. */
  readonly name: string;
  readonly of: number;
  readonly found: number;
  readonly placed: number;
}

export interface Score {
  readonly column: string;
  readonly seeds: readonly number[];
  readonly recordings: number;
  readonly calls: number;
  readonly cleanCalls: number;
  readonly faults: readonly Row[];
  /** By class: its faults, its findings that are right, and those that are wrong. */
  readonly classes: readonly (Row & { readonly right: number; readonly wrong: number } & Rates)[];
  readonly overall: Rates;
  readonly placed: number;
  /** False alarms on clean recordings: of tier PROVEN, and of OBSERVED in a thousand calls. */
  readonly provenAlarms: number;
  readonly observedAlarms: number;
  readonly observedAlarmsPerThousand: number;
  readonly missed: readonly Verdict[];
  readonly alarmed: readonly Verdict[];
}

/** Adds up what was judged; keeps of a recording only what was missed in it or wrong. */
export function createTally(
  column: Column,
  seeds: readonly number[],
): { add(verdict: Verdict): void; score(): Score } {
  const faults = new Map<string, { of: number; found: number; placed: number }>();
  const classes = new Map<
    string,
    { of: number; found: number; placed: number; right: number; wrong: number }
  >();
  const [missed, alarmed]: [Verdict[], Verdict[]] = [[], []];
  const sum = { recordings: 0, calls: 0, cleanCalls: 0, proven: 0, observed: 0 };
  const classAt = (code: string) => {
    const known = classes.get(code) ?? { of: 0, found: 0, placed: 0, right: 0, wrong: 0 };
    classes.set(code, known);
    return known;
  };
  return {
    add(verdict) {
      const { isFaulty, label, right, wrong, callCount, slot } = verdict;
      sum.recordings += 1;
      sum.calls += callCount;
      classAt(slot.fault.code).right += right.length;
      for (const finding of wrong) classAt(finding.code).wrong += 1;
      if (wrong.length > 0) alarmed.push(verdict);
      if (!isFaulty) {
        sum.cleanCalls += callCount;
        sum.proven += wrong.filter(({ tier }) => tier === 'PROVEN').length;
        sum.observed += wrong.filter(({ tier }) => tier === 'OBSERVED').length;
      }
      if (!label) return;
      const fault = faults.get(slot.fault.id) ?? { of: 0, found: 0, placed: 0 };
      faults.set(slot.fault.id, fault);
      for (const row of [fault, classAt(slot.fault.code)]) {
        row.of += 1;
        row.found += Number(right.length > 0);
        row.placed += Number(verdict.isPlaced);
      }
      if (right.length === 0) missed.push(verdict);
    },
    score() {
      const rows = [...faults].map(([name, row]) => ({ name, ...row }));
      const own = [...classes].sort(([a], [b]) => (a < b ? -1 : 1));
      const total = (key: 'right' | 'wrong') => own.reduce((all, [, row]) => all + row[key], 0);
      const [of, found] = [
        rows.reduce((all, row) => all + row.of, 0),
        rows.reduce((all, row) => all + row.found, 0),
      ];
      return {
        ...{ column: column.name, seeds, missed, alarmed },
        ...{ recordings: sum.recordings, calls: sum.calls, cleanCalls: sum.cleanCalls },
        faults: rows,
        classes: own.map(([name, row]) => ({
          name,
          ...row,
          ...rates(row.right, row.wrong, row.found, row.of),
        })),
        overall: rates(total('right'), total('wrong'), found, of),
        placed: rows.reduce((all, row) => all + row.placed, 0) / Math.max(1, found),
        provenAlarms: sum.proven,
        observedAlarms: sum.observed,
        observedAlarmsPerThousand: (sum.observed * 1000) / Math.max(1, sum.cleanCalls),
      };
    },
  };
}

function rates(right: number, wrong: number, found: number, of: number): Rates {
  const precision = right + wrong === 0 ? Number.NaN : right / (right + wrong);
  const recall = of === 0 ? Number.NaN : found / of;
  return { precision, recall, f1: (2 * precision * recall) / (precision + recall) };
}
