/** A client that counts the tokens which were taken from its backend. */
import { createClient, type Remctl } from '../../src/index.js';
import { scriptedBackend } from '../../src/testing/index.js';
import type { ServerToken } from '../../src/tokens.js';

/** Opens a client whose commands are answered by these tokens. `seen.tokens` counts those taken so far. */
export async function countedClient(
  tokens: readonly ServerToken[],
): Promise<{ readonly client: Remctl; readonly seen: { readonly tokens: number } }> {
  const seen = { tokens: 0 };
  const backend = scriptedBackend(function* () {
    for (const token of tokens) {
      seen.tokens += 1;
      yield token;
    }
  });
  return { client: await createClient(backend, { host: 'h' }), seen };
}
