/** Actions of a user who is not root. Root may read every file. */

const NOBODY = 65_534;

/** Runs `action` as another user if this process runs as root, and as this user otherwise. */
export async function asOrdinaryUser(action: () => Promise<void>): Promise<void> {
  if (process.geteuid?.() !== 0) {
    await action();
    return;
  }
  process.seteuid?.(NOBODY);
  try {
    await action();
  } finally {
    process.seteuid?.(0);
  }
}
