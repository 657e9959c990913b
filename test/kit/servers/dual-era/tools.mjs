// Tools that need nothing of the client but their arguments.

import { setTimeout as delay } from 'node:timers/promises';
import { audio, embedded, image, object, said, text } from './content.mjs';

const string = { type: 'string' };

/** The vocabulary of JSON Schema 2020-12 that must reach the client as it stands here. */
const wideSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: {
    address: {
      $anchor: 'addressDef',
      type: 'object',
      properties: { street: string, city: string },
    },
  },
  properties: {
    name: string,
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: string,
    email: string,
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
};

export const tools = [
  {
    name: 'test_simple_text',
    run: () => said('This is a simple text response for testing.'),
  },
  { name: 'test_image_content', run: () => ({ content: [image] }) },
  { name: 'test_audio_content', run: () => ({ content: [audio] }) },
  {
    name: 'test_embedded_resource',
    run: () => ({
      content: [
        embedded('test://embedded-resource', 'text/plain', 'This is an embedded resource content.'),
      ],
    }),
  },
  {
    name: 'test_multiple_content_types',
    run: () => ({
      content: [
        text('Multiple content types test:'),
        image,
        embedded(
          'test://mixed-content-resource',
          'application/json',
          '{"test":"data","value":123}',
        ),
      ],
    }),
  },
  {
    name: 'test_error_handling',
    run: () => {
      throw new Error('This tool intentionally returns an error for testing');
    },
  },
  { name: 'test_tool_with_logging', run: ({ ctx }) => log(ctx) },
  { name: 'test_logging_tool', run: ({ ctx }) => log(ctx) },
  { name: 'test_tool_with_progress', run: ({ ctx }) => progress(ctx) },
  {
    name: 'test_reconnection',
    run: async ({ ctx }) => {
      ctx.http?.closeSSE?.();
      // The client must be gone before the answer, so that it has to come back for it.
      await delay(100);
      return said('The answer came after the stream was closed.');
    },
  },
  { name: 'json_schema_2020_12_tool', input: wideSchema, run: () => said('ok') },
  {
    name: 'test_header_param',
    input: object({ region: { ...string, 'x-mcp-header': 'Region' } }),
    run: ({ args }) => said(`region: ${args.region}`),
  },
  { name: 'test_trigger_tool_change', run: ({ world }) => toggle(world, 'tools') },
  { name: 'test_trigger_prompt_change', run: ({ world }) => toggle(world, 'prompts') },
  {
    name: 'test_trigger_resource_change',
    run: ({ world }) => {
      world.tell({ kind: 'resource', uri: 'test://watched-resource' });
      return said('changed');
    },
  },
];

async function log(ctx) {
  for (const words of [
    'Tool execution started',
    'Tool processing data',
    'Tool execution completed',
  ]) {
    await ctx.mcpReq.log('info', words);
    await delay(50);
  }
  return said('Three lines were logged.');
}

async function progress(ctx) {
  const progressToken = ctx.mcpReq._meta?.progressToken;
  for (const done of [0, 50, 100]) {
    if (progressToken !== undefined) {
      const params = { progressToken, progress: done, total: 100 };
      await ctx.mcpReq.notify({ method: 'notifications/progress', params });
    }
    await delay(50);
  }
  return said('Progress was told.');
}

function toggle(world, kind) {
  world.shown[kind] = !world.shown[kind];
  world.tell({ kind });
  return said(world.shown[kind] ? 'shown' : 'hidden');
}
