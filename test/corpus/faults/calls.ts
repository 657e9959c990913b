/** Faults in how calls are asked and answered: twice, too late, with another's answer, under a wrong id. */
import { type Act, all, pause } from '../acts.ts';
import { idOf } from '../background.ts';
import type { Client } from '../client.ts';
import type { Hooks, OfferedTool, ServerCall } from '../endpoint.ts';
import type { Args } from '../models/model.ts';
import type { Body } from '../wire/line.ts';
import { MODERN } from '../wire/messages.ts';
import type { World } from '../world.ts';
import { clientsOf, type Fault, marksOf, nameOf, replace, type Scene } from './fault.ts';

const SOON = 250_000;

const ticket = ({ words }: World): Args => ({ title: words.sentence(), body: words.sentence() });

const lostAnswer: Fault = {
  id: 'F02',
  about: 'a call is carried out and never answered, and asked again',
  code: 'C12',
  also: ['C11'],
  beside: ['P-ID-06', 'P-HTTP-07', 'C13', 'P-STD-02'],
  tier: 'POTENTIAL',
  *play(scene) {
    const { world, isFaulty, one } = scene;
    const place = world.place('tickets');
    let calls = 0;
    replace(place, 'create', function* (call, original) {
      const given = yield* original(call);
      calls += 1;
      if (calls > 1) return given;
      if (!isFaulty) {
        yield* pause(world.clock, 1_200_000);
        return given;
      }
      call.reply.break();
      return undefined;
    });
    const [client] = (yield* clientsOf(scene, place)) as [Client];
    const args = ticket(world);
    const first = client.startCall('create', args, one);
    yield* client.answeredWithin(first, 2_000_000);
    const again = isFaulty ? [yield* client.call('create', args, one)] : [];
    yield* pause(world.clock, SOON);
    const listed = yield* client.call('list', {}, one);
    if (!isFaulty) return undefined;
    const pair = [first, ...again].map(({ request }) => request);
    return { scope: marksOf(first, ...again, listed), pair, key: '' };
  },
};

const sentTwice: Fault = {
  id: 'F03',
  about: 'a slow call is sent again before it is answered, and carried out twice',
  code: 'C11',
  beside: ['C01'],
  *play(scene) {
    const { world, isFaulty, one } = scene;
    const model = world.chance.pick(['tickets', 'mailbox'] as const);
    const place = world.place(model);
    const text = world.words.sentence();
    const [tool, args, look]: readonly [string, Args, string] = {
      tickets: ['create', { title: text, body: world.words.sentence() }, 'list'] as const,
      mailbox: [
        'send',
        { to: 'team@example.org', subject: world.words.topic(), body: text },
        'all',
      ] as const,
    }[model];
    // What goes out over a network takes its time: whoever stops waiting knows nothing of the first.
    replace(place, tool, function* (call, original) {
      yield* pause(world.clock, world.chance.between(1_800_000, 2_600_000));
      return yield* original(call);
    });
    const [client] = (yield* clientsOf(scene, place)) as [Client];
    const first = client.startCall(tool, args, one);
    yield* pause(world.clock, world.chance.between(1_100_000, 1_600_000));
    const second = isFaulty ? [client.startCall(tool, args, one)] : [];
    yield* all([first, ...second].map((asked) => client.answered(asked)));
    yield* pause(world.clock, SOON);
    const listed = yield* client.call(look, {}, one);
    if (!isFaulty) return undefined;
    const pair = [first, ...second].map(({ request }) => request);
    return { scope: marksOf(first, ...second, listed), pair, key: '' };
  },
};

const ignoredCancel: Fault = {
  id: 'F04',
  about: 'a call goes on after it was cancelled',
  code: 'C13',
  also: ['P-CAN-02', 'P-CAN-04'],
  beside: ['C11', 'C12'],
  *play(scene) {
    const { world, isFaulty, one } = scene;
    const place = world.place('tickets');
    place.prepare.push((endpoint) => {
      endpoint.hooks.ignoresCancel = isFaulty;
    });
    replace(place, 'create', function* (call, original) {
      for (let part = 0; part < 8; part++) {
        yield* pause(world.clock, 100_000);
        if (call.isCancelled()) return undefined;
      }
      return yield* original(call);
    });
    const [client] = (yield* clientsOf(scene, place)) as [Client];
    const asked = client.startCall('create', ticket(world), one);
    yield* pause(world.clock, 240_000);
    const isClosing = world.setting.transport === 'http' && world.setting.revision === MODERN;
    const cancel = isClosing ? undefined : client.cancel(asked);
    if (isClosing) asked.abandon();
    yield* pause(world.clock, 1_500_000);
    const listed = yield* client.call('list', {}, one);
    if (!isFaulty) return undefined;
    const scope = [...marksOf(asked, listed), ...(cancel ? [cancel] : [])];
    return { scope, pair: [asked.request], key: '' };
  },
};

/** Tells how far it is before it answers, and leaves word of what comes too late. */
function reporting(
  { world, isFaulty }: Scene,
  late: Body,
): (call: ServerCall, original: OfferedTool['run']) => ReturnType<OfferedTool['run']> {
  return function* run(call, original) {
    const token = (call.params['_meta'] as Body | undefined)?.['progressToken'];
    if (token === undefined) return yield* original(call);
    for (let progress = 1; progress <= 3; progress++) {
      yield* pause(world.clock, 60_000);
      call.reply.send(progressOf(token, progress));
    }
    Object.assign(late, isFaulty ? progressOf(token, 4) : {});
    return yield* original(call);
  };
}

function progressOf(progressToken: unknown, progress: number): Body {
  const params = { progressToken, progress, total: 4 };
  return { jsonrpc: '2.0', method: 'notifications/progress', params };
}

const lateProgress: Fault = {
  id: 'F05',
  about: 'progress is told after the answer',
  code: 'P-PRG-03',
  also: ['P-PRG-01'],
  *play(scene) {
    const { world, isFaulty, one } = scene;
    const place = world.place('rows', { streams: true });
    const [late, mark]: [Body, { session: string; seq?: number }] = [{}, { session: '' }];
    replace(place, 'select', reporting(scene, late));
    place.prepare.push((endpoint) => {
      endpoint.hooks.answer = function* (response) {
        yield* pause(world.clock, 300);
        const isLate = 'method' in late;
        const told = { ...late };
        for (const name of Object.keys(late)) delete (late as Record<string, unknown>)[name];
        return isLate ? [[response], [told, mark]] : [[response]];
      };
    });
    const [client] = (yield* clientsOf(scene, place)) as [Client];
    yield* client.call(
      'insert',
      { table: 'orders', label: world.words.token(), value: world.words.sentence() },
      one,
    );
    const meta = { ...one.meta, progressToken: 'p-1' };
    const asked = yield* client.call('select', { table: 'orders' }, { meta });
    yield* pause(world.clock, SOON);
    if (!isFaulty) return undefined;
    const told = { ...mark, session: client.session };
    return { scope: [...marksOf(asked), told], pair: [told], key: '' };
  },
};

/** Holds the first answer until the second is there, then gives each what the other asked for. */
function swapped(isWanted: (call: ServerCall) => boolean): NonNullable<Hooks['answer']> {
  let held: { response: Body; wake: (other: Body) => void } | undefined;
  return function* answer(response, call) {
    if (!isWanted(call)) return [[response]];
    const first = held;
    if (first) {
      held = undefined;
      first.wake(response);
      return [[{ ...response, result: first.response['result'] }]];
    }
    const other = (yield (wake) => {
      held = { response, wake };
    }) as Body;
    return [[{ ...response, result: other['result'] }]];
  };
}

const crossedAnswers: Fault = {
  id: 'F07',
  about: 'two calls in flight get the answers of each other',
  code: 'C15',
  also: ['P-ID-02', 'P-TOOL-04'],
  beside: ['P-ID-05', 'P-ID-04', 'P-ID-07', 'P-ID-03', 'C05', 'C09', 'P-ID-06'],
  *play(scene) {
    const { world, isFaulty, one, other } = scene;
    const isSameId = world.chance.oneIn(2);
    const place = world.place('tickets', { format: 'structured' });
    const names = ['get', 'list'].map((tool) => nameOf(place, tool));
    let isOn = false;
    if (isFaulty)
      place.prepare.push((endpoint) => {
        endpoint.hooks.answer = swapped(
          ({ params }) => isOn && names.includes(String(params['name'])),
        );
      });
    const [client] = (yield* clientsOf(scene, place)) as [Client];
    const made = yield* client.call('create', ticket(world), one);
    const [id = ''] = idOf(made);
    yield* client.call('create', ticket(world), one);
    isOn = true;
    const ids = isFaulty && isSameId ? ['r-7', 'r-7'] : ['r-7', 'r-8'];
    const first = client.startCall('get', { id }, { ...one, id: ids[0] as string });
    const second = client.startCall('list', {}, { ...other, id: ids[1] as string });
    yield* all([client.answered(first), client.answered(second)]);
    isOn = false;
    yield* pause(world.clock, SOON);
    if (!isFaulty) return undefined;
    return { scope: marksOf(first, second), pair: [first.request, second.request], key: '' };
  },
};

/** A fault of one answer of a reading call: `change` says what goes out in its place. */
function answering(fault: Omit<Fault, 'play'>, change: (response: Body) => readonly Body[]): Fault {
  return {
    ...fault,
    *play(scene) {
      const { world, isFaulty, one } = scene;
      const place = world.place('counter', { streams: true });
      const mark = { session: '', seq: -1 };
      place.prepare.push((endpoint) => {
        endpoint.hooks.answer = function* (
          response,
          { id },
        ): Act<(readonly [Body, typeof mark?])[]> {
          yield* pause(world.clock, 200);
          if (!isFaulty || id !== 901) return [[response]];
          return change(response).map((one) => [one, mark] as const);
        };
      });
      const [client] = (yield* clientsOf(scene, place)) as [Client];
      const name = world.words.token();
      yield* client.call('increment', { name, by: 2 }, one);
      const asked = client.startCall('value', { name }, { ...one, id: 901 });
      yield* client.answeredWithin(asked, 1_000_000);
      yield* pause(world.clock, SOON);
      yield* client.call('value', { name }, one);
      if (!isFaulty) return undefined;
      const told = { ...mark, session: client.session };
      return { scope: [...marksOf(asked), told], pair: [told], key: '' };
    },
  };
}

const wrongIdType = answering(
  {
    id: 'F16',
    about: 'an answer has its id as text where the request had a number',
    code: 'P-ID-04',
    beside: ['P-ID-06', 'P-HTTP-07'],
  },
  (response) => [{ ...response, id: String(response['id']) }],
);

const secondAnswer = answering(
  { id: 'F17', about: 'one request is answered twice', code: 'P-ID-05', beside: ['P-ID-04'] },
  (response) => [response, response],
);

export const CALL_FAULTS: readonly Fault[] = [
  lostAnswer,
  sentTwice,
  ignoredCancel,
  lateProgress,
  crossedAnswers,
  wrongIdType,
  secondAnswer,
];
