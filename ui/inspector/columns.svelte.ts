/** How many characters of the data type fit into an element: what long lines are cut by. */

/** The share of its size that each character of the data type is wide; its design says 600 of 1000. */
const SHARE = 0.6;

export interface Fit {
  readonly columns: number;
  /** An attachment: keeps the count right while the element is resized. */
  readonly measure: (element: HTMLElement) => () => void;
}

export function fitColumns(fontSize: number, reserved = 0): Fit {
  let columns = $state(60);
  return {
    get columns() {
      return columns;
    },
    measure(element) {
      const observer = new ResizeObserver(() => {
        columns = Math.max(20, Math.floor((element.clientWidth - reserved) / (fontSize * SHARE)));
      });
      observer.observe(element);
      return () => observer.disconnect();
    },
  };
}
