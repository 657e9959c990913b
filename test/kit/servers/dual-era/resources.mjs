// Resources: text, bytes, one that changes, and a template.

import { ResourceTemplate } from '@modelcontextprotocol/server';
import { image } from './content.mjs';

export function offerResources(server) {
  const offer = (name, uri, mimeType, description, body) =>
    server.registerResource(name, uri, { mimeType, description }, () => ({
      contents: [{ uri, mimeType, ...body }],
    }));
  const words = 'This is the content of the static text resource.';
  offer('static-text', 'test://static-text', 'text/plain', 'Text.', { text: words });
  offer('static-binary', 'test://static-binary', 'image/png', 'Bytes.', { blob: image.data });
  offer('watched', 'test://watched-resource', 'text/plain', 'It changes.', { text: 'watched' });
  server.registerResource(
    'template',
    new ResourceTemplate('test://template/{id}/data', { list: undefined }),
    { mimeType: 'application/json', description: 'Data by id.' },
    (uri, { id }) => {
      const data = { id, templateTest: true, data: `Data for ID: ${id}` };
      const mimeType = 'application/json';
      return { contents: [{ uri: uri.href, mimeType, text: JSON.stringify(data) }] };
    },
  );
}
