/** The code of an error of Node or the driver, such as `ENOENT` or an SQLSTATE. Asked of the value, not its class: errors of another realm have another `Error`. */
export function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}

/** What a failed child process wrote to its standard error; undefined for any other failure. */
export function standardErrorOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr) : undefined;
}

/** Any failure's message. */
export function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}
