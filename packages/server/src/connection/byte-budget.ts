/** A number of bytes that many connections share. */

export interface ByteBudget {
  /** Takes bytes; false if so many are not left. */
  take(bytes: number): boolean;
  /** Gives bytes back. */
  give(bytes: number): void;
}

/** Makes a budget of `most` bytes. */
export function createByteBudget(most: number): ByteBudget {
  let left = most;
  return {
    take(bytes) {
      if (bytes > left) {
        return false;
      }
      left -= bytes;
      return true;
    },
    give(bytes) {
      left += bytes;
    },
  };
}
