/** Something of the run that the inspector leads to. */
export interface RunLink {
  readonly key: string | number;
  /** Its lane or service. */
  readonly whose: string;
  readonly name: string;
  readonly took: string;
  readonly go: () => void;
}
