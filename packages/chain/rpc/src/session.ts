/**
 * One client's connection, as methods see it: whether it can be told things unasked, what it may do, and
 * what to undo when it goes.
 */
export class RpcSession {
  /** Sends text to the client. Absent where a client hears only answers (plain HTTP). */
  readonly notify: ((message: string) => void) | undefined;
  /** Whether `evm_`, `anvil_` and `hardhat_` methods are open to this client. */
  readonly mayControl: boolean;
  readonly #onClose = new Set<() => void>();
  #afterAnswer: (() => void)[] = [];

  constructor(options: { notify?: (message: string) => void; mayControl: boolean }) {
    this.notify = options.notify;
    this.mayControl = options.mayControl;
  }

  /** Runs `undo` when the client is gone; returns what takes that back. */
  onClose(undo: () => void): () => void {
    this.#onClose.add(undo);
    return () => this.#onClose.delete(undo);
  }

  /** Runs `task` when the answer being prepared is on its way: a subscription speaks only after its id did. */
  afterAnswer(task: () => void): void {
    this.#afterAnswer.push(task);
  }

  /** The transport calls this after it has sent an answer. */
  answered(): void {
    if (this.#afterAnswer.length === 0) return;
    const tasks = this.#afterAnswer;
    this.#afterAnswer = [];
    for (const task of tasks) task();
  }

  close(): void {
    for (const undo of [...this.#onClose]) undo();
    this.#onClose.clear();
    this.#afterAnswer = [];
  }
}
