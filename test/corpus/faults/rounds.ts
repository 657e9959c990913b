/** Faults of calls that take more than one round: states that are used twice, tasks that go back. */
import { type Act, pause } from '../acts.ts';
import type { Asked, Client } from '../client.ts';
import type { ServerCall } from '../endpoint.ts';
import type { Body } from '../wire/line.ts';
import { MODERN } from '../wire/messages.ts';
import type { Mark } from '../wire/recorder.ts';
import { hex } from '../world.ts';
import { clientsOf, type Fault, marksOf, nameOf, replace, type Scene } from './fault.ts';

const SOON = 250_000;
const requestedSchema = {
  type: 'object',
  properties: { confirm: { type: 'boolean' } },
  required: ['confirm'],
};
const answer = { action: 'accept', content: { confirm: true } };
const asking = { mode: 'form', message: 'Send it now?', requestedSchema };

const stateUsedTwice: Fault = {
  id: 'F19',
  about: 'what carries a call from one round to the next is accepted twice',
  code: 'P-MRTR-04',
  also: ['C11', 'P-ID-05'],
  beside: ['P-ID-04', 'C01'],
  *play(scene) {
    const { world, isFaulty, one } = scene;
    const place = world.place('mailbox');
    const isModern = world.setting.revision === MODERN;
    const state = hex(world.chance, 32);
    const used = new Set<string>();
    replace(place, 'send', function* (call, original) {
      if (!isModern) {
        yield* call.ask('elicitation/create', asking);
        return yield* original(call);
      }
      const { requestState } = call.params as { requestState?: string };
      const inputRequests = { confirm: { method: 'elicitation/create', params: asking } };
      if (requestState === undefined)
        return { resultType: 'input_required', inputRequests, requestState: state };
      if (used.has(requestState) && !isFaulty)
        return { error: { code: -32602, message: 'This state was used already' } } as Body;
      used.add(requestState);
      return yield* original(call);
    });
    const capabilities = { elicitation: { form: {} } };
    const [client] = (yield* clientsOf(scene, place, 1, { capabilities })) as [Client];
    const letter = {
      to: 'team@example.org',
      subject: world.words.topic(),
      body: world.words.sentence(),
    };
    const rounds = isModern
      ? yield* inRounds(scene, client, place.offered.wording('send', letter), state)
      : yield* inOne(scene, client, letter);
    yield* pause(world.clock, SOON);
    const listed = yield* client.call('all', {}, one);
    if (!isFaulty) return undefined;
    const { touched, twice } = rounds;
    return { scope: [...touched, ...marksOf(listed)], pair: twice, key: '' };
  },
};

/** The messages of a call of several rounds, and those in which the same came twice. */
interface Rounds {
  readonly touched: readonly Mark[];
  readonly twice: readonly Mark[];
}

/** 2026-07-28: the client asks again with what it was asked for; of a fault, twice. */
function* inRounds(
  { world, isFaulty, one }: Scene,
  client: Client,
  call: Body,
  requestState: string,
): Act<Rounds> {
  const first = yield* client.ask('tools/call', call, one);
  const again = { ...call, inputResponses: { confirm: answer }, requestState };
  const later = [yield* client.ask('tools/call', again, one)];
  yield* pause(world.clock, 120_000);
  if (isFaulty) later.push(yield* client.ask('tools/call', again, one));
  return { touched: marksOf(first, ...later), twice: later.map(({ request }) => request) };
}

/** Before that: the server asks on the way; of a fault, the client answers twice. */
function* inOne(
  { isFaulty, one }: Scene,
  client: Client,
  letter: { readonly [name: string]: string },
): Act<Rounds> {
  const twice: Mark[] = [];
  client.answers = () => {
    const told = Array.from(
      { length: isFaulty ? 2 : 1 },
      (): Mark => ({ session: client.session }),
    );
    twice.push(...told);
    return told.map((mark) => [{ result: answer }, mark] as const);
  };
  const asked = yield* client.call('send', letter, one);
  return { touched: [...marksOf(asked), ...twice], twice };
}

const taskGoesBack: Fault = {
  id: 'F20',
  about: 'a task that was completed works again',
  code: 'P-TSK-01',
  also: ['P-TSK-03'],
  beside: ['C05'],
  *play(scene) {
    const { world, isFaulty, one } = scene;
    const isModern = world.setting.revision === MODERN;
    const place = world.place('rows');
    const taskId = `task-${hex(world.chance, 12)}`;
    const states = isFaulty
      ? ['working', 'completed', 'working', 'completed']
      : ['working', 'working', 'completed', 'completed'];
    let at = 0;
    let result: Body = { content: [] };
    place.prepare.push((endpoint) => {
      const { info } = endpoint;
      const meta = isModern
        ? { _meta: { 'io.modelcontextprotocol/serverInfo': info }, resultType: 'complete' }
        : {};
      endpoint.hooks = {
        ...endpoint.hooks,
        capabilities: isModern
          ? { extensions: { 'io.modelcontextprotocol/tasks': {} } }
          : { tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } } },
        methods: {
          *'tasks/get'(): Act<Body> {
            yield* pause(world.clock, 500);
            const status = states[Math.min(at++, states.length - 1)] as string;
            const isDone = isModern && status === 'completed';
            return {
              result: {
                ...taskOf(taskId, status, isModern),
                ...(isDone ? { result } : {}),
                ...meta,
              },
            };
          },
          *'tasks/result'(): Act<Body> {
            yield* pause(world.clock, 500);
            return {
              result: { ...result, _meta: { 'io.modelcontextprotocol/related-task': { taskId } } },
            };
          },
        },
      };
      const name = nameOf(place, 'select');
      const tool = endpoint.tools.get(name);
      if (tool && !isModern)
        endpoint.tools.set(name, {
          ...tool,
          definition: { ...tool.definition, execution: { taskSupport: 'optional' } },
        });
    });
    replace(place, 'select', function* (call: ServerCall, original) {
      result = (yield* original(call)) ?? result;
      const task = taskOf(taskId, 'working', isModern);
      return isModern ? { resultType: 'task', ...task } : { task };
    });
    const capabilities = isModern ? { extensions: { 'io.modelcontextprotocol/tasks': {} } } : {};
    const [client] = (yield* clientsOf(scene, place, 1, { capabilities })) as [Client];
    yield* client.call(
      'insert',
      { table: 'orders', label: world.words.token(), value: world.words.sentence() },
      one,
    );
    const call = place.offered.wording('select', { table: 'orders' });
    const asked = yield* client.ask(
      'tools/call',
      { ...call, ...(isModern ? {} : { task: { ttl: 60_000 } }) },
      one,
    );
    const polls: Asked[] = [];
    for (let poll = 0; poll < states.length; poll++) {
      yield* pause(world.clock, 620_000);
      polls.push(yield* client.ask('tasks/get', { taskId }, one));
    }
    if (!isModern) yield* client.ask('tasks/result', { taskId }, one);
    if (!isFaulty) return undefined;
    const third = polls[2]?.response;
    return { scope: marksOf(asked, ...polls), pair: third ? [third] : [], key: '' };
  },
};

function taskOf(taskId: string, status: string, isModern: boolean): Body {
  const times = { createdAt: '2026-11-22T09:00:00Z', lastUpdatedAt: '2026-11-22T09:00:01Z' };
  const own = isModern
    ? { ttlMs: 60_000, pollIntervalMs: 500 }
    : { ttl: 60_000, pollInterval: 500 };
  return { taskId, status, ...times, ...own };
}

export const ROUND_FAULTS: readonly Fault[] = [stateUsedTwice, taskGoesBack];
