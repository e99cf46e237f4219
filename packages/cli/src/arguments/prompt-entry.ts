/** Asks for an argument at the terminal, twice and without echo. */

/** Returns the answer. Throws an Error if there is no terminal. */
export async function askTwice(_prompt: string): Promise<string> {
  throw new Error('--prompt is not there yet');
}
