/** One copy of each name: a session has few of them, and each a hundred thousand times. */

const KEPT = 1_000;
/** Names are hostile too: longer ones stay as they came. */
const LONGEST = 200;

/** Gives the copy that is kept of an equal text. */
export function createNames(): (name: string) => string {
  const known = new Map<string, string>();
  return (name) => {
    const first = known.get(name);
    if (first === undefined && known.size < KEPT && name.length <= LONGEST) known.set(name, name);
    return first ?? name;
  };
}
