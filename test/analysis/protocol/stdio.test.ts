/** Pipes and processes. */
import { STDIO } from '../../../analysis/protocol/stdio.ts';
import { after, exit, note, opening } from '../../kit/entries.ts';
import { cases } from './kit.ts';

const closes = note('the client closed its end', { closed: 'client' });

cases(STDIO, {
  'deaf-to-closed-stdin': {
    breaks: [
      { steps: [...opening(), closes, after(2_000_000, exit(null, 'SIGTERM'))] },
      'medium: The server of notes did not end when its input was closed, once; it had to be killed. [4 input closed, 5 ended by SIGTERM]',
    ],
    clean: [
      { steps: [...opening(), closes, exit(0)] },
      { steps: [...opening(), closes, exit(null, 'SIGTERM')] },
      { steps: [...opening(), after(2_000_000, exit(null, 'SIGTERM'))] },
    ],
  },
});
