/** The names of clients' hosts, for REMOTE_HOST. */
import { lookupService } from 'node:dns/promises';

/** Milliseconds that a command waits for its client's name, at most. */
const WAIT_MS = 1_000;
/** Milliseconds for which a name, or that there is none, is remembered. */
const REMEMBERED_MS = 300_000;
/** Addresses that are remembered, at most. */
const MAX_REMEMBERED = 1_000;

interface Lookup {
  readonly began: number;
  /** Settles with the name; undefined if the address has none. Never rejects. */
  readonly name: Promise<string | undefined>;
}

export type FindHost = (address: string) => Promise<string | undefined>;

/** Asks the system's resolver, as getnameinfo does with NI_NAMEREQD. */
async function askResolver(address: string): Promise<string | undefined> {
  try {
    const { hostname } = await lookupService(address, 0);
    return hostname;
  } catch {
    // The resolver has no name for the address, or does not answer: remctld then sets no REMOTE_HOST.
    return undefined;
  }
}

/** Settles as `promise` does, or with undefined after `ms` milliseconds. */
function within<Value>(promise: Promise<Value>, ms: number): Promise<Value | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms, undefined);
    void promise.then((value) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}

/**
 * Makes the function that finds the name of a client's address. It waits at most a second for each address: a
 * command then runs without the name, and later commands have it once the resolver has answered. One lookup
 * runs at a time, because a slow resolver would else take the threads that the whole process looks names up
 * with.
 */
export function createHostFinder(
  ask: (address: string) => Promise<string | undefined> = askResolver,
): FindHost {
  const lookups = new Map<string, Lookup>();
  let last: Promise<unknown> = Promise.resolve();

  function begin(address: string): Lookup {
    const began = performance.now();
    const name = last.then(() => {
      // Nobody waits for it any more: it was queued behind a slow one for too long.
      if (performance.now() - began > WAIT_MS) {
        lookups.delete(address);
        return undefined;
      }
      return ask(address);
    });
    last = name;
    const lookup = { began, name };
    lookups.set(address, lookup);
    const [oldest] = lookups.keys();
    if (lookups.size > MAX_REMEMBERED && oldest !== undefined) {
      lookups.delete(oldest);
    }
    return lookup;
  }

  return (address) => {
    let lookup = lookups.get(address);
    if (lookup === undefined || performance.now() - lookup.began > REMEMBERED_MS) {
      lookups.delete(address);
      lookup = begin(address);
    }
    return within(lookup.name, Math.max(0, lookup.began + WAIT_MS - performance.now()));
  };
}
