/** What must be closed, in the reverse order of its opening, each step within a bounded time. */
export interface Closing {
  add(close: () => Promise<void>): void;
  /** Closes everything once; later calls wait for the first. Failures of one step spare the others. */
  closeAll(): Promise<void>;
}

/** In ms, for one step. */
const BOUND = 3000;

export function createClosing(): Closing {
  const steps: (() => Promise<void>)[] = [];
  let closing: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    for (const step of steps.reverse()) await bounded(step());
  };
  return {
    add: (close) => void steps.push(close),
    closeAll: () => {
      closing ??= run();
      return closing;
    },
  };
}

async function bounded(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, BOUND);
  });
  await Promise.race([work.catch(() => undefined), late]);
  clearTimeout(timer);
}
