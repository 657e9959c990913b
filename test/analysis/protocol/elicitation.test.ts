/** Forms, and what comes back. */
import { ELICITATION } from '../../../analysis/protocol/elicitation.ts';
import { client, opening, type Step, server } from '../../kit/entries.ts';
import { cases, complete, modern } from './kit.ts';

const form = (properties: object, more: object = {}) => ({
  message: 'Please',
  requestedSchema: { type: 'object', properties, required: Object.keys(properties) },
  ...more,
});
const age = form({ age: { type: 'integer', minimum: 0 } });
const asked = (params: object, ...answers: readonly object[]): { steps: Step[] } => ({
  steps: [
    ...opening(),
    server({ id: 1, method: 'elicitation/create', params }),
    ...answers.map((result) => client({ id: 1, result })),
  ],
});
const inRound = (params: object, inputResponses: object): { steps: Step[] } => ({
  steps: [
    client(modern(1, 'tools/call', { name: 'save' })),
    server({
      id: 1,
      result: {
        resultType: 'input_required',
        inputRequests: { 'a/b': { method: 'elicitation/create', params } },
        requestState: 's',
      },
    }),
    client(modern(2, 'tools/call', { name: 'save', requestState: 's', inputResponses })),
    server(complete(2, { content: [] })),
  ],
});
const wrong = (role: string, places: readonly [number, number] = [4, 5]) =>
  `medium: The client of notes answered a form with what it does not allow, once. [${places[0]} form, ${places[1]} ${role}]`;
const accept = (content: object) => ({ action: 'accept', content });
const secret = (name: string, place = 4) =>
  `critical: The server of notes asked for a secret with a form, in the field “${name}”, once. [${place} form]`;
const text = { type: 'string' };

cases(ELICITATION, {
  'elicitation-answer-against-form': {
    breaks: [asked(age, accept({ age: -1 })), wrong('content against “minimum”')],
    alsoBreaks: [
      [asked(age, { action: 'accept' }), wrong('accepted without content')],
      [asked(age, { action: 'ok' }), wrong('answer with an unknown action')],
      [inRound(age, { 'a/b': accept({ age: 'x' }) }), wrong('content against “type”', [2, 3])],
    ],
    clean: [
      asked(age, accept({ age: 3 })),
      asked(age, { action: 'decline' }),
      asked(age, { action: 'cancel', content: {} }),
      asked(form({}), { action: 'accept' }),
      asked({ mode: 'url', url: 'https://example.com', message: 'x' }, { action: 'accept' }),
      asked(age, accept({ age: '<secret:field:9f2c11d0>' })),
      asked(age, { task: { taskId: 't', status: 'working' } }),
      asked(age),
      inRound(age, { 'a/b': accept({ age: 3 }) }),
      inRound(age, { other: accept({}) }),
    ],
  },
  'form-asks-for-secret': {
    breaks: [asked(form({ apiKey: text })), secret('apiKey')],
    alsoBreaks: [
      [asked(form({ value: { ...text, title: 'Access token' } })), secret('value')],
      [inRound(form({ password: text }), {}), secret('password', 2)],
    ],
    clean: [
      asked(
        form({
          name: text,
          key: text,
          hasToken: { type: 'boolean' },
          useToken: { ...text, enum: ['yes', 'no'] },
        }),
      ),
      asked({ ...form({ password: text }), mode: 'url' }),
    ],
  },
});
