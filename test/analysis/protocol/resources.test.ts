/** Reads of resources, and what comes back. */
import { RESOURCES } from '../../../analysis/protocol/resources.ts';
import { client, opening, type Step, server } from '../../kit/entries.ts';
import { cases, complete, modern } from './kit.ts';

const read = (uri: string, answer: object): { steps: Step[] } => ({
  steps: [
    ...opening(),
    client({ id: 1, method: 'resources/read', params: { uri } }),
    server({ id: 1, ...answer }),
  ],
});
const contents = (...list: readonly object[]) => ({ result: { contents: list } });
const modernRead = (answer: { readonly [key: string]: unknown }): { steps: Step[] } => ({
  steps: [client(modern(1, 'resources/read', { uri: 'file:///a' })), server(answer)],
});
const hints = { ttlMs: 0, cacheScope: 'private' };
const error = (code: number, message: string) => ({ error: { code, message } });

cases(RESOURCES, {
  'empty-resource-contents': {
    breaks: [
      modernRead(complete(1, { contents: [], ...hints })),
      'medium: The server of notes answered a read of “file:///a” with no contents, once. [1 read, 2 result]',
    ],
    clean: [
      modernRead(complete(1, { contents: [{ uri: 'file:///a', text: '' }], ...hints })),
      modernRead({ id: 1, ...error(-32602, 'Resource not found') }),
      read('file:///a', contents()),
    ],
  },
  'resource-error-code': {
    breaks: [
      read('file:///a', error(-32602, 'Resource file:///a not found')),
      'low: The server of notes said with another code that a resource is not there, once. [4 read, 5 error]',
    ],
    alsoBreaks: [
      [
        modernRead({ id: 1, ...error(-32603, 'no such file') }),
        'low: The server of notes said with another code that a resource is not there, once. [1 read, 2 error]',
      ],
    ],
    clean: [
      read('file:///a', error(-32002, 'Resource not found')),
      read('file:///a', error(-32603, 'Disk broken')),
      modernRead({ id: 1, ...error(-32602, 'Resource not found') }),
    ],
  },
  'contents-of-another-resource': {
    breaks: [
      read('file:///a', contents({ uri: 'file:///b', text: 'b' })),
      'medium: The server of notes answered a read of “file:///a” with other contents, once. [4 read, 5 contents of another address]',
    ],
    alsoBreaks: [
      [
        read('file:///a', contents({ uri: 'file:///a', text: 'b', blob: 'Yg==' })),
        'medium: The server of notes answered a read of “file:///a” with other contents, once. [4 read, 5 text and blob at once]',
      ],
    ],
    clean: [
      read(
        'file:///a',
        contents({ uri: 'file:///a/b', text: 'b' }, { uri: 'file:///a/c', blob: 'Yg==' }),
      ),
      read('file:///my%20file/', contents({ uri: 'FILE:///my file', text: 'b' })),
      read(
        'file:///a?key=<secret:field:9f2c11d0>',
        contents({ uri: 'file:///a?key=1', text: 'b' }),
      ),
      read('file:///a', contents({ text: 'b' })),
    ],
  },
});
