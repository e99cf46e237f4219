/** Times as klist prints them. */

/** Writes a time in seconds since 1970 as `MM/DD/YY hh:mm:ss`, in UTC. */
export function klistTime(seconds: number): string {
  const [, year, month, day, time] =
    /^\d\d(\d\d)-(\d\d)-(\d\d)T([\d:]+)/.exec(new Date(seconds * 1000).toISOString()) ?? [];
  return `${month}/${day}/${year} ${time}`;
}
