/** Whether a stream gets colours. */

/** Whether a stream gets colours: NO_COLOR (no-color.org), FORCE_COLOR, else a terminal does. */
export function wantsColors(isTerminal: boolean, env: NodeJS.ProcessEnv): boolean {
  const { NO_COLOR = '', FORCE_COLOR = '', TERM } = env;
  if (NO_COLOR !== '') {
    return false;
  }
  if (FORCE_COLOR !== '') {
    return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  }
  return isTerminal && TERM !== 'dumb';
}
