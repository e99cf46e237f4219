/** The realms on the way from a client's realm to a server's. */

/**
 * Returns the realms from `client` to `server`, both included. `intermediates` is the `capaths`
 * relation for the two, if the configuration has one: `.` alone says that they know each other.
 * Without it, the realms' names are a tree of domains: the way leads up to the parent that both
 * share, and down (RFC 4120, section 1.2).
 */
export function realmPath(
  client: string,
  server: string,
  intermediates: readonly string[] | undefined,
): string[] {
  if (client === server) {
    return [client];
  }
  if (intermediates !== undefined) {
    return [client, ...intermediates.filter((realm) => realm !== '.'), server];
  }
  const up = client.split('.');
  const down = server.split('.');
  let shared = 0;
  while (
    shared < Math.min(up.length, down.length) &&
    up[up.length - 1 - shared] === down[down.length - 1 - shared]
  ) {
    shared += 1;
  }
  if (shared === 0) {
    return [client, server];
  }
  const path: string[] = [];
  for (let drop = 0; up.length - drop >= shared; drop++) {
    path.push(up.slice(drop).join('.'));
  }
  for (let keep = shared + 1; keep <= down.length; keep++) {
    path.push(down.slice(down.length - keep).join('.'));
  }
  return path;
}
