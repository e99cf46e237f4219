/** Environment variables that lead Kerberos programs to a realm. */
import { delimiter } from 'node:path';

/** Variables to set, and to remove where the value is undefined. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** A use of a realm in this process. */
interface Use {
  readonly variables: Variables;
}

/** The uses that have not ended, the latest last. */
const uses: Use[] = [];
/** The variables as they were before the first use. */
const before = new Map<string, string | undefined>();

/** Returns `env` with the variables set and removed. */
export function withVariables(env: NodeJS.ProcessEnv, variables: Variables): NodeJS.ProcessEnv {
  const result = { ...env };
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) {
      delete result[name];
    } else {
      result[name] = value;
    }
  }
  return result;
}

function set(name: string, value: string | undefined): void {
  if (value === undefined) {
    delete process.env[name];
  } else {
    process.env[name] = value;
  }
}

/** Sets this process's variables as the uses say. */
function apply(): void {
  const wanted = new Map(before);
  for (const { variables } of uses) {
    for (const [name, value] of Object.entries(variables)) {
      wanted.set(name, value);
    }
  }
  // Each realm's file is read, and the latest first: it gives the default realm.
  const files = uses.flatMap(({ variables }) => variables.KRB5_CONFIG ?? []).reverse();
  if (files.length > 0) {
    wanted.set('KRB5_CONFIG', [...new Set(files)].join(delimiter));
  }
  for (const [name, value] of wanted) {
    set(name, value);
  }
}

/**
 * Sets the variables of this process. Returns a function that ends this use; it may be called repeatedly, and
 * the uses of several realms may end in any order. The last one to end restores the former values. While
 * several are in use, KRB5_CONFIG names the files of all of them.
 */
export function useVariables(variables: Variables): () => void {
  for (const name of Object.keys(variables)) {
    if (!before.has(name)) {
      before.set(name, process.env[name]);
    }
  }
  const use: Use = { variables };
  uses.push(use);
  apply();
  return () => {
    const at = uses.indexOf(use);
    if (at === -1) {
      return;
    }
    uses.splice(at, 1);
    apply();
    if (uses.length === 0) {
      before.clear();
    }
  };
}
