// Tools that need an answer of the user, the model or the client. They are written once, in rounds:
// clients of the initialize era are asked by requests in between, which is the SDK's work.

import { acceptedContent, inputRequired, inputResponse } from '@modelcontextprotocol/server';
import { object, said } from './content.mjs';

const string = { type: 'string' };
const elicit = (message, requestedSchema) => inputRequired.elicit({ message, requestedSchema });
const sample = (words, maxTokens) =>
  inputRequired.createMessage({
    messages: [{ role: 'user', content: { type: 'text', text: words } }],
    maxTokens,
  });
const name = () => elicit('What is your name?', object({ name: string }));
const view = (ctx, key) => inputResponse(ctx.mcpReq.inputResponses, key);
const accepted = (ctx, key) => acceptedContent(ctx.mcpReq.inputResponses, key);

/** Asks one question until it is answered in any way, and tells the answer. */
function once(key, question, tell) {
  return ({ args, ctx }) => {
    const answer = view(ctx, key);
    if (answer.kind === 'missing') {
      return inputRequired({ inputRequests: { [key]: question(args) } });
    }
    return said(tell(answer));
  };
}

const action = ({ action: chosen, content }) =>
  `action=${chosen}, content=${JSON.stringify(content ?? {})}`;
const sampled = ({ result }) => JSON.stringify(result.content.text ?? result.content);
const choices = ['option1', 'option2', 'option3'];
const titled = (...pairs) => pairs.map(([value, title]) => ({ const: value, title }));

export const askingTools = [
  {
    name: 'test_sampling',
    input: object({ prompt: string }),
    run: once(
      'answer',
      ({ prompt }) => sample(prompt, 100),
      (answer) => `LLM response: ${sampled(answer)}`,
    ),
  },
  {
    name: 'test_elicitation',
    input: object({ message: string }),
    run: once(
      'user',
      ({ message }) => elicit(message, object({ username: string, email: string })),
      (answer) => `User response: ${action(answer)}`,
    ),
  },
  {
    name: 'test_elicitation_sep1034_defaults',
    run: once(
      'form',
      () =>
        elicit('Please check the values.', {
          type: 'object',
          properties: {
            name: { type: 'string', default: 'John Doe' },
            age: { type: 'integer', default: 30 },
            score: { type: 'number', default: 95.5 },
            status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
            verified: { type: 'boolean', default: true },
          },
          required: [],
        }),
      (answer) => `Elicitation completed: ${action(answer)}`,
    ),
  },
  {
    name: 'test_elicitation_sep1330_enums',
    run: once(
      'form',
      () =>
        elicit('Please choose.', {
          type: 'object',
          properties: {
            untitledSingle: { type: 'string', enum: choices },
            titledSingle: {
              type: 'string',
              oneOf: titled(['value1', 'First Option'], ['value2', 'Second Option']),
            },
            legacyEnum: {
              type: 'string',
              enum: ['opt1', 'opt2', 'opt3'],
              enumNames: ['Option One', 'Option Two', 'Option Three'],
            },
            untitledMulti: { type: 'array', items: { type: 'string', enum: choices } },
            titledMulti: {
              type: 'array',
              items: { anyOf: titled(['value1', 'First Choice'], ['value2', 'Second Choice']) },
            },
          },
          required: [],
        }),
      (answer) => `Elicitation completed: ${action(answer)}`,
    ),
  },
  {
    name: 'test_streaming_elicitation',
    run: once('user', name, (answer) => action(answer)),
  },
  // The SDK refuses it, in either era, to a client that did not say that it can sample.
  {
    name: 'test_missing_capability',
    run: once('answer', () => sample('Are you there?', 10), sampled),
  },
  {
    name: 'test_input_required_result_elicitation',
    run: ({ ctx }) => {
      const answer = accepted(ctx, 'user_name');
      if (typeof answer?.name !== 'string') {
        return inputRequired({ inputRequests: { user_name: name() } });
      }
      return said(`Hello, ${answer.name}!`);
    },
  },
  {
    name: 'test_input_required_result_sampling',
    run: once('capital_question', () => sample('What is the capital of France?', 100), sampled),
  },
  {
    name: 'test_input_required_result_list_roots',
    run: once(
      'client_roots',
      () => inputRequired.listRoots(),
      ({ roots }) => `Roots: ${roots.map(({ uri }) => uri).join(', ')}`,
    ),
  },
  { name: 'test_input_required_result_request_state', run: withState },
  { name: 'test_input_required_result_tampered_state', run: withState },
  {
    name: 'test_input_required_result_multiple_inputs',
    run: async ({ ctx, world }) => {
      const keys = ['user_name', 'greeting', 'client_roots'];
      if (keys.every((key) => view(ctx, key).kind !== 'missing')) return said('All were answered.');
      return inputRequired({
        inputRequests: {
          user_name: name(),
          greeting: sample('Generate a greeting', 50),
          client_roots: inputRequired.listRoots(),
        },
        requestState: await world.states.mint({ asked: keys }),
      });
    },
  },
  { name: 'test_input_required_result_multi_round', run: inThreeRounds },
  {
    name: 'test_input_required_result_capabilities',
    run: ({ ctx, server }) => {
      const can = capabilities(ctx, server);
      const inputRequests = {
        ...(can.sampling ? { capital: sample('What is the capital of France?', 100) } : {}),
        ...(can.elicitation ? { user_name: name() } : {}),
      };
      const missing = Object.keys(inputRequests).some((key) => view(ctx, key).kind === 'missing');
      return missing ? inputRequired({ inputRequests }) : said('Nothing is left to ask.');
    },
  },
];

function capabilities(ctx, server) {
  const declared = ctx.mcpReq.envelope?.['io.modelcontextprotocol/clientCapabilities'];
  return declared ?? server.server.getClientCapabilities() ?? {};
}

async function withState({ ctx, world }) {
  const confirmed = accepted(ctx, 'confirm');
  // A state that was altered never comes this far: it is verified before the tool is called.
  if (confirmed && ctx.mcpReq.requestState()?.step === 1) return said('state-ok');
  return inputRequired({
    inputRequests: { confirm: elicit('Please confirm', object({ ok: { type: 'boolean' } })) },
    requestState: await world.states.mint({ step: 1 }),
  });
}

async function inThreeRounds({ ctx, world }) {
  const state = ctx.mcpReq.requestState() ?? { step: 0 };
  const first = accepted(ctx, 'step1');
  const second = accepted(ctx, 'step2');
  if (state.step === 2 && second) return said(`${state.name} likes ${second.color}.`);
  if (state.step === 1 && first) {
    const color = elicit('Step 2: What is your favorite color?', object({ color: string }));
    const requestState = await world.states.mint({ step: 2, name: first.name });
    return inputRequired({ inputRequests: { step2: color }, requestState });
  }
  const asked = elicit('Step 1: What is your name?', object({ name: string }));
  const requestState = await world.states.mint({ step: 1 });
  return inputRequired({ inputRequests: { step1: asked }, requestState });
}
