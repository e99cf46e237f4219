/** An abort signal that is made when somebody asks for it. */

/**
 * Like an AbortController, whose signal costs nothing to a command that never looks at it. A class, because each
 * command has one, and accessors of an object literal are made anew each time.
 */
export class LazyAborter {
  #controller: AbortController | undefined;
  #ended: { readonly reason: unknown } | undefined;

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#ended !== undefined) {
      this.#controller.abort(this.#ended.reason);
    }
    return this.#controller.signal;
  }

  get aborted(): boolean {
    return this.#ended !== undefined;
  }

  abort(reason: unknown): void {
    this.#ended ??= { reason };
    this.#controller?.abort(reason);
  }

  throwIfAborted(): void {
    if (this.#ended !== undefined) {
      throw this.#ended.reason;
    }
  }
}
