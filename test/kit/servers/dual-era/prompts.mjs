// Prompts, one of which asks the user before it answers.

import { acceptedContent, inputRequired } from '@modelcontextprotocol/server';
import { embedded, image, object, schema, text } from './content.mjs';

const string = { type: 'string' };
const messages = (...contents) => ({
  messages: contents.map((content) => ({ role: 'user', content })),
});

export function offerPrompts(server) {
  server.registerPrompt('test_simple_prompt', { description: 'A prompt of one message.' }, () =>
    messages(text('This is a simple prompt for testing.')),
  );
  server.registerPrompt(
    'test_prompt_with_arguments',
    {
      description: 'A prompt with two arguments.',
      argsSchema: schema(object({ arg1: string, arg2: string })),
    },
    ({ arg1, arg2 }) => messages(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)),
  );
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    {
      description: 'A prompt around a resource.',
      argsSchema: schema(object({ resourceUri: string })),
    },
    ({ resourceUri }) =>
      messages(
        embedded(resourceUri, 'text/plain', 'Embedded resource content for testing.'),
        text('Please process the embedded resource above.'),
      ),
  );
  server.registerPrompt('test_prompt_with_image', { description: 'A prompt with an image.' }, () =>
    messages(image, text('Please analyze the image above.')),
  );
  server.registerPrompt(
    'test_input_required_result_prompt',
    { description: 'A prompt that asks first.' },
    (ctx) => {
      const answer = acceptedContent(ctx.mcpReq.inputResponses, 'user_context');
      if (answer) return messages(text(`Use this context: ${answer.context}`));
      const message = 'What context should the prompt use?';
      const requestedSchema = object({ context: string });
      return inputRequired({
        inputRequests: { user_context: inputRequired.elicit({ message, requestedSchema }) },
      });
    },
  );
}
