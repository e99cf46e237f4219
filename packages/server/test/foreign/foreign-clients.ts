/** The tests of one server with the clients of others. */
import { beforeAll, describe, expect, test } from 'vitest';
import { type Protocol, type Seen, withoutOrder } from './as-seen.js';
import { clients, expectedOf, type ForeignClient, plays } from './clients.js';
import { play, type Target } from './play.js';
import { scenarios } from './scenarios.js';

/** The time that all clients together may take, on a machine that may be busy. */
const PLAYING_MS = 120_000;

export interface ForeignClientsOptions {
  /** The server's name. */
  readonly name: string;
  readonly protocol: Protocol;
  /** Whether the server's commands are functions. */
  readonly functions?: boolean;
  /**
   * Whether output of both streams comes in the order in which it was written. A server that reads two pipes
   * of a program cannot know that order.
   */
  readonly keepsOrder: boolean;
  /** The client's principal. */
  readonly client: string;
  /** Called before the tests, once the server runs. */
  readonly target: () => Target;
}

/** Declares a test for each client and scenario. All clients play at the same time. */
export function foreignClients(options: ForeignClientsOptions): void {
  const all = scenarios(options.client);
  const ofClient = (client: ForeignClient) =>
    all.filter((scenario) => plays(client, scenario, options.protocol));
  describe(`${options.name}, protocol ${options.protocol}`, () => {
    const played = new Map<string, ReadonlyMap<string, readonly Seen[]>>();
    beforeAll(async () => {
      const target = options.target();
      await Promise.all(
        clients.map(async (client) => {
          played.set(client.name, await play(client, ofClient(client), target));
        }),
      );
    }, PLAYING_MS);
    for (const client of clients) {
      describe(client.name, () => {
        for (const scenario of ofClient(client)) {
          test(scenario.id, () => {
            const seen = played.get(client.name)?.get(scenario.id);
            const expected = expectedOf(client, scenario, options);
            if (options.keepsOrder) {
              expect(seen).toEqual(expected);
            } else {
              expect(seen?.map(withoutOrder)).toEqual(expected.map(withoutOrder));
            }
          });
        }
      });
    }
  });
}
