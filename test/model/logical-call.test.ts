import { describe, expect, test } from 'vitest';
import { logicalCalls } from '../../model/logical-call.ts';
import { viewsOf } from '../../model/view.ts';
import { client, type Step, server, tape, toolCall, toolText } from '../kit/entries.ts';

/** Each logical call in a line: why its calls belong together, and their requests. */
function told(...steps: Step[]): string[] {
  const [view] = viewsOf(tape('s', steps));
  return (view ? logicalCalls(view) : []).map(
    ({ why, calls }) => `${why} ${calls.map(({ request }) => `:${request.seq}`).join(' ')}`,
  );
}

/** The request again, with what a round sends back. */
function again(id: number, back: object, args: object = { city: 'Bern' }) {
  return { id, method: 'tools/call', params: { name: 'book', arguments: args, ...back } };
}
const asks = (id: number, state?: string) => ({
  id,
  result: {
    resultType: 'input_required',
    inputRequests: { seat: { method: 'elicitation/create' } },
    ...(state === undefined ? {} : { requestState: state }),
  },
});
const answers = { inputResponses: { seat: { action: 'accept' } } };
const cancel = (requestId: number) => ({
  method: 'notifications/cancelled',
  params: { requestId },
});
const task = (id: number, taskId: string) => ({
  id,
  result: { task: { taskId, status: 'working' } },
});
const poll = (id: number, taskId: string) => ({ id, method: 'tasks/get', params: { taskId } });

describe('rounds', () => {
  test('with a state are tied by it, also when two of them are open at once', () => {
    expect(
      told(
        client(again(1, {})),
        client(again(2, {})),
        server(asks(1, 'one')),
        server(asks(2, 'two')),
        client(again(3, { ...answers, requestState: 'two' })),
        client(again(4, { ...answers, requestState: 'one' })),
        server(asks(4, 'one more')),
        client(again(5, { ...answers, requestState: 'one more' })),
        server(toolText(5, 'booked')),
      ),
    ).toEqual(['rounds :1 :6 :8', 'rounds :2 :5']);
  });

  test('without a state are tied by what they ask for', () => {
    expect(
      told(
        client(again(1, {})),
        server(asks(1)),
        client(again(2, answers, { city: 'Thun' })),
        client(again(3, { ...answers, _meta: { progressToken: 3 } })),
        server(asks(3)),
        client(again(4, answers)),
      ),
    ).toEqual(['rounds :1 :4 :6', 'single :3']);
  });

  test('never continue a call that asked for nothing, nor one of another state', () => {
    expect(
      told(
        client(again(1, {})),
        server(toolText(1, 'booked')),
        client(again(2, answers)),
        server(asks(2, 'a')),
        client(again(3, { requestState: 'b' })),
      ),
    ).toEqual(['single :1', 'single :3', 'single :5']);
  });
});

describe('tasks', () => {
  test('go on with the call that began them', () => {
    expect(
      told(
        client(toolCall(1, 'build')),
        client(toolCall(2, 'build')),
        server(task(1, 't1')),
        server({ id: 2, result: { resultType: 'task', taskId: 't2' } }),
        client(poll(3, 't2')),
        server({ id: 3, result: { taskId: 't2', status: 'completed' } }),
        client(poll(4, 't1')),
        client({ id: 5, method: 'tasks/result', params: { taskId: 't1' } }),
        client(poll(6, 'unknown')),
      ),
    ).toEqual(['task :1 :7 :8', 'task :2 :5', 'single :9']);
  });
});

describe('retries', () => {
  const search = (id: number, query: string) => toolCall(id, 'search', { query });

  test('are the same request after one that was given up', () => {
    expect(
      told(
        client(search(1, 'a')),
        client(cancel(1)),
        client(search(2, 'b')),
        client(search(3, 'a')),
        server(toolText(1, 'late')),
        client(cancel(3)),
        client({ ...search(4, 'a'), params: { arguments: { query: 'a' }, name: 'search' } }),
      ),
    ).toEqual(['retry :1 :4 :7', 'single :3']);
  });

  test('are not those after one that was answered or still runs', () => {
    expect(
      told(
        client(search(1, 'a')),
        client(search(2, 'a')),
        client(cancel(1)),
        server(toolText(1, 'too late to be given up')),
        client(search(3, 'a')),
      ),
    ).toEqual(['single :1', 'single :2', 'single :5']);
  });

  test('keep to their side', () => {
    const ask = (id: number) => ({ id, method: 'ping' });
    expect(told(client(ask(1)), client(cancel(1)), server(ask(1)), client(ask(2)))).toEqual([
      'retry :1 :4',
      'single :3',
    ]);
  });
});

test('a state is no request, and a request no state', () => {
  const state = '["client","tools/call","book"] {"arguments":{"city":"Bern"},"name":"book"}';
  expect(told(client(again(1, {})), server(asks(1, state)), client(again(2, answers)))).toEqual([
    'single :1',
    'single :3',
  ]);
});

test('thousands of rounds are one logical call', () => {
  const rounds = Array.from({ length: 3000 }, (_, round) => [
    client(again(round, { requestState: `${round}` })),
    server(asks(round, `${round + 1}`)),
  ]).flat();
  expect(told(...rounds)).toHaveLength(1);
});
