// T10: exploring finds every outcome that trying all orders finds, and claims nothing of models that
// keep their operations apart. The servers are models in memory, so that all orders can be tried.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Edge } from '../../../analysis/schedules.ts';
import { type Course, courseText, parseCourse } from '../../../replay/explore/course.ts';
import { type Exploration, type ExploreOptions, explore } from '../../../replay/explore/explore.ts';
import { closureOf, type Problem } from '../../../replay/explore/problem.ts';
import { type Answer, AT_ONCE, type Delays, type Execute } from '../../../replay/explore/run.ts';
import { Spent } from '../../../replay/explore/spent.ts';
import { SEED } from '../../kit/random.ts';

/** An operation on one of three registers, which answers what stood there. */
interface Act {
  readonly kind: 'read' | 'append' | 'set';
  readonly register: number;
}

interface Model extends Problem {
  readonly acts: readonly Act[];
}

function modelOf(acts: readonly Act[], must: readonly Edge[] = []): Model {
  const conflicts = acts.flatMap((one, a) =>
    acts.flatMap((other, b): Edge[] => {
      const meets = a < b && one.register === other.register;
      return meets && (one.kind !== 'read' || other.kind !== 'read') ? [[a, b]] : [];
    }),
  );
  const always = closureOf(acts.length, must);
  return {
    acts,
    must,
    needs: [],
    conflicts: conflicts.filter(([a, b]) => !always.isBefore(a, b)),
    said: new Set(),
    operations: acts.map(({ kind, register }, at) => ({
      number: at + 1,
      tool: kind,
      session: 'model',
      method: 'tools/call',
      pattern: `${kind} ${register}`,
      creates: false,
      writes: kind !== 'read',
      ok: true,
      start: at,
      end: at + 100,
    })),
  };
}

function act({ kind, register }: Act, registers: string[], number: number): string {
  const before = registers[register] ?? '';
  if (kind === 'append') registers[register] = `${before},${number}`;
  if (kind === 'set') registers[register] = `${number}`;
  return before;
}

/** Runs courses on registers; operations of a group run one after the other, or lose what others wrote. */
function executorOf(model: Model, loses: (runs: number) => boolean = () => false): Execute {
  let runs = 0;
  return async (course: Course, _delays: Delays) => {
    runs++;
    const registers = ['', '', ''];
    const answers: [number, Answer[]][] = [];
    for (const together of course) {
      const start = [...registers];
      const isLost = together.length > 1 && loses(runs);
      for (const number of together) {
        const own = model.acts[number - 1] as Act;
        // The lost update: it works on what stood there when the group began.
        if (isLost) registers[own.register] = start[own.register] ?? '';
        answers.push([number, [{ result: act(own, registers, number) }]]);
      }
    }
    return {
      kind: 'ran',
      answers,
      probes: [['all', { result: [...registers].join(';') }]],
      meets: [],
      versions: [],
    };
  };
}

const options = {
  seed: 1,
  repeat: 4,
  budget: 100_000,
  timeUsed: () => 0,
  masks: [],
  ordered: true,
  together: false,
  first: false,
};

const anAct = fc.record({
  kind: fc.constantFrom('read' as const, 'append' as const, 'set' as const),
  register: fc.nat({ max: 2 }),
});

/** Workloads that try all orders in good time. */
function models(most: number): fc.Arbitrary<Model> {
  return fc
    .tuple(
      fc.array(anAct, { minLength: 2, maxLength: most }),
      fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 5 }),
    )
    .map(([acts, pairs]) => {
      const must = pairs.flatMap(([a, b]): Edge[] => {
        const [one, other] = [
          Math.min(a % acts.length, b % acts.length),
          Math.max(a % acts.length, b % acts.length),
        ];
        return one === other ? [] : [[one, other]];
      });
      return modelOf(acts, must);
    });
}

async function bruteForce(model: Model): Promise<Set<string>> {
  const { operations, must } = model;
  const always = closureOf(operations.length, must);
  const found = new Set<string>();
  const execute = executorOf(model);
  const from = async (order: readonly number[]): Promise<void> => {
    if (order.length === operations.length) {
      const run = await execute(
        order.map((place) => [place + 1]),
        AT_ONCE,
      );
      found.add(textOf(run));
      return;
    }
    for (const place of operations.keys()) {
      const isFree =
        !order.includes(place) &&
        [...operations.keys()].every((one) => order.includes(one) || !always.isBefore(one, place));
      if (isFree) await from([...order, place]);
    }
  };
  await from([]);
  return found;
}

function textOf(run: Awaited<ReturnType<Execute>>): string {
  if (run.kind === 'illegal') return 'illegal';
  return JSON.stringify([[...run.answers].sort(([a], [b]) => a - b), run.probes]);
}

/** Explores, and keeps the outcomes of the courses with all operations. */
async function explored(
  model: Model,
  execute: Execute,
  more: Partial<ExploreOptions> = {},
): Promise<{ exploration: Exploration; outcomes: Set<string> }> {
  const outcomes = new Set<string>();
  const exploration = await explore(
    model,
    async (course, delays) => {
      const run = await execute(course, delays);
      if (course.length === model.operations.length) outcomes.add(textOf(run));
      return run;
    },
    { ...options, ...more },
  );
  return { exploration, outcomes };
}

/** As `explored`; no exploration where what it was given was not enough to compare anything. */
async function exploredAtAll(
  ...given: Parameters<typeof explored>
): Promise<{ exploration?: Exploration }> {
  try {
    return await explored(...given);
  } catch (error) {
    if (error instanceof Spent) return {};
    throw error;
  }
}

/** Whether anything but the recorded order was run to its end, or there is nothing else. */
function compared({ schedules, groups, ended }: Exploration): boolean {
  return schedules.explored > 1 || groups.explored > 0 || ended === 'complete';
}

describe('one after the other', () => {
  for (const [most, runs] of [
    [6, 60],
    [8, 6],
  ] as const) {
    test(`finds every outcome of up to ${most} operations (seed ${SEED})`, {
      timeout: 60_000,
    }, async () => {
      await fc.assert(
        fc.asyncProperty(models(most), async (model) => {
          const { exploration, outcomes } = await explored(model, executorOf(model));
          const all = await bruteForce(model);
          expect(outcomes).toEqual(all);
          expect(exploration.ended).toBe('complete');
          expect(exploration.verdict).toBe(all.size === 1 ? 'COMMUTES' : 'ORDER_DEPENDENT');
        }),
        { seed: SEED, numRuns: runs },
      );
    });
  }

  test('a proof is two operations in the other order, whatever stands between them', async () => {
    const acts: Act[] = Array.from({ length: 4 }, () => ({ kind: 'append', register: 1 }));
    const model = modelOf([{ kind: 'set', register: 0 }, ...acts, { kind: 'read', register: 0 }]);
    const { exploration } = await explored(model, executorOf(model));
    const found = exploration.proofs.find(({ edges }) => edges[0] === '#6 before #1');
    expect(found).toMatchObject({
      verdict: 'ORDER_DEPENDENT',
      operations: [1, 6],
      course: '6,1',
      against: ['1,6'],
    });
  });

  test('beyond 40 conflicts it says that it did not see all, and is the same for a seed', async () => {
    const model = modelOf(Array.from({ length: 12 }, () => ({ kind: 'append', register: 0 })));
    const [one, again, other] = await Promise.all(
      [1, 1, 2].map((seed) => explored(model, executorOf(model), { seed, budget: 60 })),
    );
    expect(one?.exploration.schedules).toMatchObject({ total: 1000, isLeast: true });
    expect(one?.exploration.ended).toBe('budget');
    expect(again).toEqual(one);
    expect(other?.outcomes).not.toEqual(one?.outcomes);
  });
});

describe('together', () => {
  const writes = modelOf(Array.from({ length: 5 }, () => ({ kind: 'append', register: 0 })));
  const both = { together: true, ordered: false };

  test('what loses a write is proved with the two that it takes', async () => {
    const { exploration } = await explored(
      writes,
      executorOf(writes, () => true),
      both,
    );
    expect(exploration.verdict).toBe('NON_SERIALISABLE');
    expect(exploration.proofs[0]).toMatchObject({
      verdict: 'NON_SERIALISABLE',
      operations: [1, 2],
      edges: ['#1 with #2'],
      course: '1+2',
      against: ['1,2', '2,1'],
    });
    expect(exploration.proofs.filter(({ verdict }) => verdict === 'NON_SERIALISABLE').length).toBe(
      1,
    );
  });

  test('what keeps them apart is never called non-serialisable', async () => {
    await fc.assert(
      fc.asyncProperty(models(5), async (model) => {
        const { exploration } = await explored(model, executorOf(model), both);
        const found = exploration.proofs.map(({ verdict }) => verdict);
        expect(found).not.toContain('NON_SERIALISABLE');
        expect([exploration.suspects, exploration.unstable]).toEqual([[], []]);
      }),
      { seed: SEED, numRuns: 30 },
    );
  });

  test('what is seen once and never again is a suspicion', async () => {
    let lost = false;
    const once = (): boolean => {
      const first = !lost;
      lost = true;
      return first;
    };
    const pair = modelOf([
      { kind: 'append', register: 0 },
      { kind: 'append', register: 0 },
    ]);
    const { exploration } = await explored(pair, executorOf(pair, once), { ...both });
    expect(exploration.proofs.filter(({ verdict }) => verdict === 'NON_SERIALISABLE')).toEqual([]);
    expect(exploration.suspects.map(({ course }) => course)).toEqual(['1+2']);
  });
});

describe('within what it was given', () => {
  const loses = (): boolean => true;

  test(`no more is run, and what is proved is proved (seed ${SEED})`, async () => {
    await fc.assert(
      fc.asyncProperty(
        models(6),
        fc.integer({ min: 3, max: 60 }),
        fc.boolean(),
        async (model, most, isTimed) => {
          let runs = 0;
          const execute = executorOf(model, loses);
          const { exploration } = await exploredAtAll(
            model,
            (course, delays) => {
              runs++;
              return execute(course, delays);
            },
            {
              together: true,
              ...(isTimed ? { timeUsed: () => runs / most } : { budget: most }),
            },
          );
          expect(runs).toBeLessThanOrEqual(most);
          if (!exploration) return;
          if (exploration.verdict === 'COMMUTES') expect(compared(exploration)).toBe(true);
          expect(exploration.runs).toBe(runs);
          for (const { verdict, seen } of exploration.proofs) {
            expect(seen).toBe(verdict === 'NON_SERIALISABLE' ? 2 : 3);
          }
          const { schedules, groups, ended } = exploration;
          const isAll =
            schedules.explored === schedules.total &&
            groups.explored + exploration.alike >= groups.total;
          if (!isAll) expect(ended).toBe('budget');
        },
      ),
      { seed: SEED, numRuns: 200 },
    );
  });

  test('nothing is said to commute where nothing was compared with the recorded order', async () => {
    const model = modelOf(Array.from({ length: 3 }, () => ({ kind: 'append', register: 0 })));
    for (const budget of [3, 4]) {
      const work = explored(model, executorOf(model), { together: true, budget });
      await expect(work).rejects.toThrow(Spent);
    }
  });

  test('what is proved by then is told when somebody ends it, and what was not tried is not', async () => {
    const model = modelOf(Array.from({ length: 5 }, () => ({ kind: 'append', register: 0 })));
    const proved: number[] = [];
    let isEnded = false;
    const execute = executorOf(model, loses);
    const { exploration } = await explored(
      model,
      async (course, delays) => {
        if (isEnded) throw new Spent();
        return execute(course, delays);
      },
      {
        together: true,
        ordered: false,
        onProof: (count: number) => {
          proved.push(count);
          isEnded = true;
        },
      },
    );
    expect({ ...exploration, proved }).toMatchObject({
      verdict: 'NON_SERIALISABLE',
      proofs: [{ course: '1+2' }],
      groups: { explored: 1 },
      ended: 'budget',
      proved: [1],
    });
  });

  test('a loss of two writes is proved in 20 runs, and seen in fewer it is a suspicion', async () => {
    const model = modelOf(Array.from({ length: 5 }, () => ({ kind: 'append', register: 0 })));
    const verdicts = await Promise.all(
      [7, 20].map(async (budget) => {
        const { exploration } = await explored(model, executorOf(model, loses), {
          together: true,
          ordered: false,
          first: true,
          budget,
        });
        return exploration.verdict;
      }),
    );
    expect(verdicts).toEqual(['SUSPECT', 'NON_SERIALISABLE']);
  });

  test('a race that needs what was written before is found, with that', async () => {
    const acts: Act[] = [
      { kind: 'set', register: 0 },
      { kind: 'append', register: 0 },
      { kind: 'append', register: 0 },
    ];
    const model = modelOf(acts, [
      [0, 1],
      [0, 2],
    ]);
    const plain = executorOf(model);
    const lossy = executorOf(model, () => true);
    const execute: Execute = (course, delays) => {
      const isAfterFirst = course.some((together) => together.includes(1));
      return (isAfterFirst ? lossy : plain)(course, delays);
    };
    const { exploration } = await explored(model, execute, { together: true });
    const found = exploration.proofs.find(({ verdict }) => verdict === 'NON_SERIALISABLE');
    expect(found).toMatchObject({ operations: [1, 2, 3], about: [2, 3], course: '1,2+3' });
  });
});

test('a model that answers by chance is unstable, and nothing is proved of it', async () => {
  const model = modelOf([
    { kind: 'append', register: 0 },
    { kind: 'append', register: 0 },
  ]);
  let count = 0;
  const execute: Execute = async (course) => ({
    kind: 'ran',
    answers: course
      .flat()
      .map((number) => [number, [{ result: `word ${'x'.repeat(count++ % 7)}` }]]),
    probes: [],
    meets: [],
    versions: [],
  });
  const { exploration } = await explored(model, execute, { together: true });
  expect(exploration.verdict).toBe('UNSTABLE');
  expect(exploration.proofs).toEqual([]);
});

test('values that differ from run to run are learned, and prove nothing', async () => {
  const model = modelOf([
    { kind: 'read', register: 0 },
    { kind: 'append', register: 0 },
  ]);
  let now = 1_700_000_000;
  const execute: Execute = async (course) => ({
    kind: 'ran',
    answers: course
      .flat()
      .map((number) => [number, [{ result: { at: new Date(now++ * 1000).toISOString() } }]]),
    probes: [],
    meets: [],
    versions: [],
  });
  const { exploration } = await explored(model, execute);
  expect(exploration.verdict).toBe('COMMUTES');
  expect(exploration.masks).toEqual(['read:/result/at=rfc3339', 'append:/result/at=rfc3339']);
});

test('lines of a text have no order, as lists have none, unless it is asked for', async () => {
  const model = modelOf([
    { kind: 'append', register: 0 },
    { kind: 'append', register: 0 },
  ]);
  const execute: Execute = async (course) => {
    const text = course.map((one) => `line of ${one}\r\n`).join('');
    const result = { content: [{ type: 'text', text }] };
    const answers = course.flat().map((one) => [one, [{ result: one }]] as const);
    return { kind: 'ran', answers, probes: [['file', { result }]], meets: [], versions: [] };
  };
  const verdicts = await Promise.all(
    [false, true].map(async (ordered) => {
      const { exploration } = await explored(model, execute, { ordered });
      return exploration.verdict;
    }),
  );
  expect(verdicts).toEqual(['COMMUTES', 'ORDER_DEPENDENT']);
});

test('an order in which a value cannot be had is illegal, and no proof', async () => {
  const model = modelOf([
    { kind: 'append', register: 0 },
    { kind: 'append', register: 0 },
  ]);
  const execute: Execute = async (course) => {
    if (courseText(course) === '2,1') return { kind: 'illegal', why: 'a value was not given' };
    return {
      kind: 'ran',
      answers: course.flat().map((one) => [one, [{ result: one }]]),
      probes: [],
      meets: [],
      versions: [],
    };
  };
  const { exploration } = await explored(model, execute);
  expect({ verdict: exploration.verdict, illegal: exploration.illegal }).toEqual({
    verdict: 'COMMUTES',
    illegal: 1,
  });
  const alone = await explored(model, execute, { course: [[2], [1]] });
  expect(alone.exploration).toMatchObject({ verdict: 'ILLEGAL', schedules: { explored: 1 } });
});

test('a schedule reads as it was printed, and nothing else is one', () => {
  for (const text of ['1', '3,7,4+9', '12+1,2']) {
    expect(courseText(parseCourse(text) ?? [])).toBe(text);
  }
  for (const text of ['', '1,', '1,,2', '0', '01', '1+', '+1', '1,1', '1 2', 'a', '1e3', '-1']) {
    expect({ text, course: parseCourse(text) }).toEqual({ text, course: undefined });
  }
});

describe('a start that is not the same each time', () => {
  const model = modelOf([
    { kind: 'append', register: 0 },
    { kind: 'append', register: 0 },
  ]);
  /** Reads what the runs before left too: nothing that two calls at once lose would be seen in it. */
  const leaving = (probe: (count: number) => unknown): Execute => {
    let count = 7;
    return async (course) => {
      count += course.flat().length;
      return {
        kind: 'ran',
        answers: course.flat().map((number) => [number, [{ result: 'ok' }]]),
        probes: [['count', { result: probe(count) }]],
        meets: [],
        versions: [],
      };
    };
  };
  const text = (shown: string) => ({ content: [{ type: 'text', text: shown }] });

  for (const [title, probe] of [
    ['a number alone', (count: number) => text(`${count}`)],
    ['a number in JSON', (count: number) => text(JSON.stringify({ hits: count }))],
    ['a number in a sentence', (count: number) => text(`There are ${count} notes.`)],
  ] as const) {
    test(`is told where all that is read drifts: ${title}`, async () => {
      const { exploration } = await explored(model, leaving(probe), { together: true });
      expect(exploration).toMatchObject({ verdict: 'UNSTABLE', unstable: [{ parts: ['count'] }] });
      expect(exploration.masks).not.toEqual([]);
      expect(exploration.runs).toBe(3);
    });
  }

  test('is not said of what is read besides a number that differs', async () => {
    const probe = (count: number) => text(JSON.stringify({ uptime: count, words: ['one'] }));
    const { exploration } = await explored(model, leaving(probe), { together: true });
    expect(exploration.verdict).toBe('COMMUTES');
  });
});

test('a probe that is answered with an error is told', async () => {
  const model = modelOf([
    { kind: 'append', register: 0 },
    { kind: 'append', register: 0 },
  ]);
  const plain = executorOf(model);
  const execute: Execute = async (course, delays) => {
    const run = await plain(course, delays);
    const failed = ['nope', { error: { code: -32602, message: 'no such tool' } }] as const;
    return run.kind === 'ran' ? { ...run, probes: [...run.probes, failed] } : run;
  };
  const { exploration } = await explored(model, execute);
  expect(exploration.silent).toEqual(['nope']);
});
