// The contents that tools, prompts and resources give.

import { fromJsonSchema } from '@modelcontextprotocol/server';

/** One red pixel, and a WAV without a sample. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP4z8AAAAMBAQD3A0FDAAAAAElFTkSuQmCC';
const WAV = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=';

export const text = (words) => ({ type: 'text', text: words });
export const image = { type: 'image', data: PNG, mimeType: 'image/png' };
export const audio = { type: 'audio', data: WAV, mimeType: 'audio/wav' };
export const embedded = (uri, mimeType, words) => ({
  type: 'resource',
  resource: { uri, mimeType, text: words },
});
export const said = (words) => ({ content: [text(words)] });

/** An object with these properties, all of them required unless said otherwise. */
export const object = (properties, required = Object.keys(properties)) => ({
  type: 'object',
  properties,
  required,
});
export const schema = (json) => fromJsonSchema(json);
