/** Where a session is that could not be written to the file that was asked for. */
export function kept(session: string, file: string): string {
  return `The session is kept: wiretape export ${session} -o ${file}`;
}
