// Runs a command and reads its whole answer.

/**
 * Runs a command and returns the length of its output in bytes. Awaits `onToken` for each token of
 * the answer. Throws an Error if the server answers with an error.
 */
export async function drain(client, command, onToken = () => undefined) {
  let length = 0;
  for await (const token of client.run(command)) {
    if (token.type === 'output') {
      length += token.output.length;
    } else if (token.type === 'error') {
      throw new Error(`the server refused ${command.join(' ')}: ${Buffer.from(token.output)}`);
    }
    await onToken(token);
  }
  return length;
}
