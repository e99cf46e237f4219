/** Runs a command in Linux namespaces of its own. */

/**
 * Returns the command that runs `command` in a mount namespace of its own, and in those that
 * `namespaces` (options of unshare) name. There `script` first prepares `folder`'s files: it is a
 * shell script whose arguments are `path` and then `command`. The returned command fails and says
 * so without root and without user namespaces.
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
