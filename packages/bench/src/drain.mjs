/** Runs a command, reads its answer to the end, and gives the length of its output. */
export async function drain(client, command, onToken = () => undefined) {
  let length = 0;
  for await (const token of client.run(command)) {
    if (token.type === 'output') {
      length += token.output.length;
    } else if (token.type === 'error') {
      throw new Error('the server refused');
    }
    await onToken(token);
  }
  return length;
}
