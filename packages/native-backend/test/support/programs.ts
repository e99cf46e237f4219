/** Small JavaScript programs in a process or worker of their own. */
const core = new URL('../../../core/dist/index.js', import.meta.url).href;
const native = new URL('../../dist/index.js', import.meta.url).href;

/** The statements that give a program `createPool`, `Remctl` and `createNativeBackend`, as they are compiled. */
export const IMPORTS = `
  const { createPool, Remctl } = await import(${JSON.stringify(core)});
  const { createNativeBackend } = await import(${JSON.stringify(native)});`;

/** Returns node's arguments for a program after IMPORTS; its `process.argv.slice(1)` is `args`. */
export function nodeArguments(program: string, ...args: readonly string[]): string[] {
  return ['--input-type=module', '-e', IMPORTS + program, ...args];
}
