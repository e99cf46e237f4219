/** Waits for work that runs at once, even if some fails. */

/** Settles once all of `work` has settled: with the results, or with the first error in its order. */
export async function allDone<const Work extends readonly unknown[]>(
  work: Work,
): Promise<{ -readonly [Index in keyof Work]: Awaited<Work[Index]> }> {
  // Promise.all would reject while the rest still writes files into a folder that is removed then.
  await Promise.allSettled(work);
  return Promise.all(work);
}
