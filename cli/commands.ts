/**
 * Every command, in the order of `wiretape --help`: its name, what it does in a few words, and the
 * file that says the rest, which is loaded when it is the one that was asked for.
 */
import type { Command } from 'commander';

/** Adds the arguments, the options and the action of one command. */
export type Register = (command: Command) => void;

interface Single {
  readonly about: string;
  readonly load: () => Promise<Register>;
}

/** Commands under one name: `wiretape replay server`. */
interface Group {
  readonly about: string;
  readonly commands: Commands;
}

export type Commands = Readonly<Record<string, Single | Group>>;

export const COMMANDS: Commands = {
  demo: {
    about: 'run released servers through taps, and show the writes they lose',
    load: async () => (await import('./demo/command.ts')).registerDemo,
  },
  open: {
    about: 'open the page, and start the collector when none runs',
    load: async () => (await import('./open.ts')).registerOpen,
  },
  serve: {
    about: 'run the collector and its page until Ctrl-C',
    load: async () => (await import('./serve.ts')).registerServe,
  },
  stop: {
    about: 'end the collector; taps go on recording without it',
    load: async () => (await import('./stop.ts')).registerStop,
  },
  status: {
    about: 'say whether the collector runs, and what it keeps',
    load: async () => (await import('./status.ts')).registerStatus,
  },
  token: {
    about: 'print the token that a program needs to read, write or administer',
    load: async () => (await import('./token.ts')).registerToken,
  },
  tap: {
    about:
      'record what passes between clients and a server: wiretape tap -- npx -y SERVER, or wiretape tap --upstream URL',
    load: async () => (await import('./tap.ts')).registerTap,
  },
  ls: {
    about: 'list the sessions, the newest first',
    load: async () => (await import('./ls.ts')).registerLs,
  },
  show: {
    about: 'print what was said in a session, a run or a recording',
    load: async () => (await import('./show.ts')).registerShow,
  },
  tail: {
    about: 'print what is said in all sessions from now on, until Ctrl-C',
    load: async () => (await import('./tail.ts')).registerTail,
  },
  stuck: {
    about: 'say who owes the next move in calls that wait',
    load: async () => (await import('./stuck.ts')).registerStuck,
  },
  check: {
    about: 'find what went wrong: lost updates, broken protocol, calls without answer',
    load: async () => (await import('./check.ts')).registerCheck,
  },
  explore: {
    about:
      'prove a conflict: run the recorded calls in other orders, and together, against live servers',
    load: async () => (await import('./explore.ts')).registerExplore,
  },
  lock: {
    about: 'keep what servers offer in a file, to be told when it changes',
    load: async () => (await import('./lock.ts')).registerLock,
  },
  diff: {
    about: 'tell two recordings or runs apart, or good runs from bad ones',
    load: async () => (await import('./diff.ts')).registerDiff,
  },
  mark: {
    about: 'say that a run was good or bad, for wiretape diff',
    load: async () => (await import('./mark.ts')).registerMark,
  },
  rm: {
    about: 'erase sessions',
    load: async () => (await import('./rm.ts')).registerRm,
  },
  export: {
    about: 'write sessions as one recording, or as spans or metrics',
    load: async () => (await import('./export.ts')).registerExport,
  },
  import: {
    about: 'take in captures of mcpsnoop and exports of MCP Inspector',
    load: async () => (await import('./import.ts')).registerImport,
  },
  validate: {
    about: 'check that a file is a whole and sound recording',
    load: async () => (await import('./validate.ts')).registerValidate,
  },
  wrap: {
    about: 'put taps before the servers of your hosts; alone: list them',
    load: async () => (await import('./wrap.ts')).registerWrap,
  },
  unwrap: {
    about: 'take the taps out again: every byte as before',
    load: async () => (await import('./unwrap.ts')).registerUnwrap,
  },
  replay: {
    about: 'let a recording speak for what it recorded',
    commands: {
      server: {
        about: 'speak for a recorded server on stdin and stdout, without the server',
        load: async () => (await import('./replay-server.ts')).registerReplayServer,
      },
      workflow: {
        about:
          'speak for all servers of a recording at once, in the recorded order, to a client or a host',
        load: async () => (await import('./replay-workflow.ts')).registerReplayWorkflow,
      },
      client: {
        about: 'say to a live server what a recorded client said, and compare what it answers',
        load: async () => (await import('./replay-client.ts')).registerReplayClient,
      },
      // Hosts start it, whose configuration `wiretape replay workflow` writes; people do not.
      'stand-in': {
        about: '',
        load: async () => (await import('./stand-in.ts')).registerStandIn,
      },
    },
  },
};

/**
 * Adds these commands below another one; of them, the one that the words begin with in full, so
 * that `wiretape tap`, which stands between a host and its server, loads nothing of the others.
 */
export async function addCommands(
  parent: Command,
  commands: Commands,
  [first, ...rest]: readonly string[],
): Promise<void> {
  for (const [name, listed] of Object.entries(commands)) {
    const { about } = listed;
    const command = parent.command(name, { hidden: about === '' }).description(about);
    const words = name === first ? rest : [];
    if ('commands' in listed) await addCommands(command, listed.commands, words);
    else if (name === first) (await listed.load())(command);
  }
}
