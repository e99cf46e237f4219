/** Runs a command in Linux namespaces of its own. */

/**
 * Returns the command that runs `command` in a mount namespace of its own. `namespaces` are options
 * of unshare for more namespaces. The shell script `script` prepares the namespace and then becomes
 * `command`: its arguments are `path`, then those of `command`. The returned command needs root or
 * user namespaces; without both it fails and says so.
 */
export function unshared(
  namespaces: readonly string[],
  script: string,
  path: string,
  command: readonly string[],
): string[] {
  const asRoot = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  const options = [...namespaces, '--mount', ...asRoot];
  return ['unshare', ...options, 'sh', '-c', script, 'sh', path, ...command];
}
