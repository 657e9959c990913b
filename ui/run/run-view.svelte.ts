/**
 * What is looked at of a run, and the ways to look elsewhere. All of it stands in the route; this derives
 * from it and from the data, and turns wishes (zoom, select, another view) into routes. It draws nothing.
 */
import type { Finding } from '../../model/finding.ts';
import { keyOf } from '../findings/shown.ts';
import { matches, parseQuery } from '../query.ts';
import type { RunRoute, View } from '../route.ts';
import type { Router } from '../router.svelte.ts';
import { type Bracket, bracketsOf } from '../timeline/brackets.ts';
import { trackNames } from '../timeline/lanes.ts';
import { hasOpen, layoutOf } from '../timeline/layout.ts';
import { clamped, fitted, type Range } from '../timeline/scale.ts';
import type { Picked } from '../timeline/scene.ts';
import type { Analysis } from './analysis.svelte.ts';
import { requestRow, subjectOfRow } from './rows.ts';
import type { RunData } from './run-data.svelte.ts';

/** Before the reference of a batch's first request, where the batch itself is meant. */
export const BATCH = 'batch@';

export interface RunViewOptions {
  readonly data: RunData;
  readonly analysis: Analysis;
  readonly router: Router;
  readonly route: () => RunRoute;
  /** The present, in µs since the run began, as long as sessions of it live; else 0. */
  readonly present: () => number;
}

export class RunView {
  readonly data: RunData;
  readonly analysis: Analysis;
  readonly #options: RunViewOptions;

  readonly layout = $derived.by(() => {
    const { buffer, version } = this.data;
    const sessions = buffer.tracks.map(({ summary }) => summary);
    return {
      version,
      ...layoutOf({
        sessions,
        bars: buffer.bars,
        length: buffer.length,
        marks: buffer.marks,
      }),
    };
  });
  /** What each track is called. */
  readonly names = $derived.by(() =>
    trackNames(
      this.layout.lanes,
      this.data.buffer.tracks.map(({ summary }) => summary),
    ),
  );
  readonly brackets = $derived.by(() => {
    const { buffer } = this.data;
    const barOf = (message: string): number | undefined => buffer.barOf(message);
    return bracketsOf({
      findings: this.analysis.findings,
      bars: buffer.bars,
      layout: this.layout,
      barOf,
    });
  });
  readonly #conflicting = $derived.by(() => new Set(this.brackets.flatMap(({ bars }) => bars)));
  readonly anyOpen = $derived.by(() => this.layout.lanes.some(hasOpen));
  /** The end of the run: its last message, or the present while a call is open. In µs. */
  readonly now = $derived.by(() =>
    Math.max(this.layout.length, this.anyOpen ? this.#options.present() : 0),
  );
  readonly range = $derived.by(() => clamped(this.route.range ?? fitted(this.now), this.now));
  readonly picked = $derived.by(() => this.#pickedOf(this.route.selected));
  /** The selected call, if it is one. */
  readonly bar = $derived.by(() =>
    this.picked && this.layout.lanes[this.picked.lane]?.kind === 'server'
      ? this.picked.member
      : undefined,
  );
  /** The conflict that the selected call belongs to. */
  readonly bracket = $derived.by(() =>
    this.bar === undefined ? undefined : this.bracketOf(this.bar),
  );
  /** The finding that is told of. */
  readonly finding = $derived.by(() =>
    this.analysis.findings.find((finding) => keyOf(finding) === this.route.finding),
  );
  /** The moment of the selection, in µs since the run began. */
  readonly moment = $derived.by(() => {
    const { picked, layout } = this;
    if (picked) return layout.lanes[picked.lane]?.items.start[picked.member];
    return this.data.buffer.find(this.route.selected ?? '')?.time;
  });
  readonly query = $derived.by(() => parseQuery(this.route.query));
  /** Says of a call whether it is part of what is looked for; undefined while nothing is. */
  readonly matches = $derived.by(() => {
    const { bars } = this.data.buffer;
    void this.layout;
    if (this.query.terms.length === 0) return undefined;
    const found = new Uint8Array(bars.length).map((_, bar) => (this.#isMatch(bar) ? 1 : 0));
    return (bar: number): boolean => found[bar] === 1;
  });

  constructor(options: RunViewOptions) {
    this.data = options.data;
    this.analysis = options.analysis;
    this.#options = options;
  }

  get route(): RunRoute {
    return this.#options.route();
  }

  bracketOf(bar: number): Bracket | undefined {
    return this.brackets.find(({ bars }) => bars.includes(bar));
  }

  inConflict(bar: number): boolean {
    return this.#conflicting.has(bar);
  }

  /** The findings that have one of these messages among their evidence. */
  findingsOf(messages: readonly (string | undefined)[]): readonly Finding[] {
    return this.analysis.findings.filter(({ evidence }) =>
      evidence.some(({ message }) => messages.includes(message)),
    );
  }

  /** Shows this range, or with none the whole run as it grows. */
  show(range: Range | undefined): void {
    this.#change({ range: range && clamped(range, this.now) }, 'adjust');
  }

  /** Selects a message or nothing; as a `step` it can be gone back from. */
  select(selected: string | undefined, how: 'step' | 'adjust' = 'adjust'): void {
    this.#change({ selected }, how === 'step' ? 'go' : 'adjust');
  }

  /** Tells of a finding, and of no message. */
  tellOf(finding: string | undefined): void {
    this.#change({ finding, selected: undefined }, 'adjust');
  }

  pick(picked: Picked | undefined): void {
    const lane = this.layout.lanes[picked?.lane ?? -1];
    if (!picked || !lane) {
      this.select(undefined);
      return;
    }
    const { buffer } = this.data;
    const first = lane.batches?.calls[picked.member]?.[0];
    this.select(
      first === undefined ? buffer.requestOf(picked.member) : BATCH + buffer.requestOf(first),
    );
  }

  look(view: View): void {
    if (view !== this.route.view) this.#change({ view }, 'go');
  }

  #change(next: { [K in keyof RunRoute]?: RunRoute[K] | undefined }, how: 'go' | 'adjust'): void {
    const { range, selected, finding, ...rest } = { ...this.route, ...next };
    const route = {
      ...rest,
      ...(range && { range }),
      ...(selected && { selected }),
      ...(finding && { finding }),
    };
    this.#options.router[how](route as RunRoute);
  }

  #isMatch(bar: number): boolean {
    const { buffer } = this.data;
    const inConflict = (one: number): boolean => this.inConflict(one);
    return matches(
      this.query,
      subjectOfRow(buffer, buffer.bars.track[bar] ?? 0, requestRow(buffer, bar), inConflict),
    );
  }

  #pickedOf(selected = ''): Picked | undefined {
    const { lanes, laneOf } = this.layout;
    const call = this.data.buffer.barOf(selected.replace(BATCH, ''));
    if (call === undefined) return undefined;
    if (!selected.startsWith(BATCH)) return { lane: laneOf[call] ?? 0, member: call };
    for (const [lane, { batches }] of lanes.entries()) {
      const member = batches?.calls.findIndex(([first]) => first === call) ?? -1;
      if (member !== -1) return { lane, member };
    }
    return undefined;
  }
}
