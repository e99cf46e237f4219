/** Sets environment variables of this process, and restores them. */

/**
 * Sets `variables` in this process's environment. Returns a function that restores the former
 * values; a second call of that function does nothing.
 */
export function setVariables(variables: Readonly<Record<string, string>>): () => void {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  let restored = false;
  return () => {
    if (restored) {
      return;
    }
    restored = true;
    for (const [name, value] of before) {
      if (value === undefined) {
        delete process.env[name];
      } else {
        process.env[name] = value;
      }
    }
  };
}
