// Calls at once of which a correct server refuses some, and of which only the answers tell that they
// were at once: nothing is lost, and nothing is said to be.
import { expect, test } from 'vitest';
import type { Finding } from '../../../model/finding.ts';
import { type ExploreOptions, explore } from '../../../replay/explore/explore.ts';
import type { Numbered } from '../../../replay/explore/operations.ts';
import type { Problem } from '../../../replay/explore/problem.ts';
import type { Explored } from '../../../replay/explore/recording.ts';
import { exploreReport } from '../../../replay/explore/report.ts';
import type { Answer, Execute } from '../../../replay/explore/run.ts';

const NUMBERS = [1, 2, 3] as const;

const problem: Problem = {
  must: [],
  needs: [],
  conflicts: [
    [0, 1],
    [0, 2],
    [1, 2],
  ],
  said: new Set(),
  operations: NUMBERS.map((number) => ({
    number,
    tool: 'save_note',
    session: 'model',
    method: 'tools/call',
    pattern: 'save_note',
    creates: true,
    writes: true,
    ok: true,
    start: 0,
    end: 100,
  })),
};

const said = (text: string, more: object = {}): Answer => ({
  result: { content: [{ type: 'text', text }], ...more },
});
const busy = said('{"id": "lock-0007", "why": "busy, try again"}', { isError: true });

/** What of those at once is answered and kept; by default all is. */
interface Together {
  readonly answer?: (at: number) => Answer;
  readonly isKept?: (at: number) => boolean;
  readonly reads?: boolean;
}

const server =
  ({ answer = () => said('saved'), isKept = () => true, reads = true }: Together): Execute =>
  async (course) => {
    const asked = course.flatMap((step) =>
      step.map((number, at) => ({ number, at: step.length === 1 ? 0 : at })),
    );
    const kept = asked.filter(({ at }) => at === 0 || isKept(at)).map(({ number }) => number);
    return {
      kind: 'ran',
      answers: asked.map(({ number, at }) => [number, [at === 0 ? said('saved') : answer(at)]]),
      probes: reads ? [['list_notes', { result: { kept } }]] : [],
      meets: [],
      versions: [],
    };
  };

const explored = (how: Together, more: Partial<ExploreOptions> = {}) =>
  explore(problem, server(how), {
    seed: 1,
    repeat: 6,
    budget: 500,
    timeUsed: () => 0,
    masks: [],
    ordered: false,
    together: true,
    first: true,
    ...more,
  });

test('a call that is refused while another runs has done nothing, and nothing is lost', async () => {
  const found = await explored({ answer: () => busy, isKept: () => false });
  expect(found).toMatchObject({ verdict: 'COMMUTES', proofs: [], suspects: [], ended: 'complete' });
});

test('a call that is refused and takes with it what was accepted is proved', async () => {
  // The second is refused, and the third acknowledged and gone.
  const answer = (at: number): Answer => (at === 1 ? busy : said('saved'));
  const found = await explored({ answer, isKept: () => false });
  expect(found.proofs).toMatchObject([{ verdict: 'NON_SERIALISABLE', reach: 'state' }]);
  expect(found.proofs[0]?.about).toHaveLength(3);
});

test('a call that is refused, and done for all that, is proved', async () => {
  const found = await explored({ answer: () => busy });
  expect(found.proofs).toMatchObject([{ verdict: 'NON_SERIALISABLE', about: [1, 2] }]);
});

test('silence is no refusal: what was not answered may have been done', async () => {
  const found = await explored({ answer: () => ({ unanswered: 'gone' }), isKept: () => false });
  expect(found.verdict).toBe('NON_SERIALISABLE');
});

const inFlight = (at: number): Answer => said(`accepted, ${at + 1} in flight`);

test('answers alone that no order gives are of low severity, and prove no lost update', async () => {
  const exploration = await explored({ answer: inFlight });
  expect(exploration.proofs).toMatchObject([{ verdict: 'NON_SERIALISABLE', reach: 'answers' }]);
  expect(exploration.ended).toBe('complete');
  const report = reportOf(exploration);
  expect(report.findings).toMatchObject([
    { rule: 'non-serialisable', severity: 'low', message: expect.stringContaining('is that of') },
  ]);
});

test('a write that is gone besides is found behind answers that differ, and is critical', async () => {
  let runs = 0;
  const isKept = (): boolean => runs++ % 3 === 0;
  const exploration = await explored({ answer: inFlight, isKept });
  expect(exploration.proofs).toMatchObject([{ verdict: 'NON_SERIALISABLE', reach: 'state' }]);
  expect(reportOf(exploration).findings).toMatchObject([
    { rule: 'in-server-lost-update', tier: 'PROVEN', severity: 'critical' },
  ]);
});

test('where nothing reads what is kept, answers that no order gives are not made light of', async () => {
  const exploration = await explored({ answer: inFlight, reads: false });
  expect(exploration.proofs).toMatchObject([{ reach: 'state' }]);
});

/** As the calls of a recording in which a write was lost. */
function reportOf(exploration: Explored['exploration']) {
  const all = NUMBERS.map((number) => {
    const call = { session: 'model', request: { session: 'model', seq: number } };
    const container = { server: 'model', label: 'notes' };
    return { number, operation: { call, tool: 'save_note', container } } as unknown as Numbered;
  });
  const known = {
    rule: 'in-server-lost-update',
    code: 'C03',
    severity: 'critical',
    tier: 'OBSERVED',
    evidence: NUMBERS.map((seq) => ({ message: `model:${seq}`, role: 'write' })),
  } as unknown as Finding;
  const chosen = { operations: [], probes: [], problem } as unknown as Explored['chosen'];
  return exploreReport({ exploration, chosen, all }, { seed: 1, known: [known] });
}
