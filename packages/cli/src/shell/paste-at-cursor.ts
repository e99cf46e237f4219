/** Makes node:readline insert pasted text where the cursor stands. */
import type { Interface } from 'node:readline';

/**
 * Node.js 20.20 appends several characters that arrive together to the line, wherever the cursor stands, and so makes
 * another command of them. Its field `isCompletionEnabled` is false for them, which is to keep a Tab in a paste
 * from completing. Here the field is false for that question alone, the first after a Tab.
 */
export function pasteAtCursor(terminal: Interface, input: NodeJS.ReadStream): void {
  let isTab = false;
  let isEnabled = true;
  input.prependListener('keypress', (_: unknown, key?: { readonly name?: string }) => {
    isTab = key?.name === 'tab';
  });
  Object.defineProperty(terminal, 'isCompletionEnabled', {
    get: () => {
      const isQuestion = isTab;
      isTab = false;
      return isEnabled || !isQuestion;
    },
    set: (isToBe: boolean) => {
      isEnabled = isToBe;
    },
  });
}
