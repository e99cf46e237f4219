/** A map of bounded size that keeps the most recently used entries. */

/** A map that drops the entry whose last use is longest ago. `get` and `set` are uses. */
export interface RecentlyUsed<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
}

/** Creates a map of at most `limit` entries. */
export function recentlyUsed<T>(limit: number): RecentlyUsed<T> {
  const entries = new Map<string, T>();
  const set = (key: string, value: T) => {
    entries.delete(key);
    entries.set(key, value);
    for (const oldest of entries.keys()) {
      if (entries.size <= limit) {
        break;
      }
      entries.delete(oldest);
    }
  };
  return {
    get: (key) => {
      const value = entries.get(key);
      if (value !== undefined) {
        set(key, value);
      }
      return value;
    },
    set,
  };
}
