/** Root may read every file, so that what others may not do is tried as another user. */

const NOBODY = 65_534;

/** Runs `action` as a user who is not root. */
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
