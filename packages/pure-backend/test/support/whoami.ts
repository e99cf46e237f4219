/** The command by which a server names its client. */
import type { Remctl } from '@remctl/core';

/** Returns the principal that the server has authenticated. */
export async function whoami(client: Remctl): Promise<string> {
  return (await client.run(['test', 'whoami']).text()).stdout.trim();
}
