import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";

/** A process of the bench that is told something over IPC and answers it, one thing at a time. */
export class Child<Command extends object, Report extends { readonly is: string }> {
  readonly #process: ChildProcess;

  constructor(script: string, flags: readonly string[], nodeFlags: readonly string[] = []) {
    this.#process = fork(join(import.meta.dirname, script), flags, { execArgv: [...nodeFlags] });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  tell(command: Command): void {
    this.#process.send(command);
  }

  /** The next report of this kind. */
  next<Kind extends Report["is"]>(kind: Kind): Promise<Extract<Report, { is: Kind }>> {
    return new Promise((resolve, reject) => {
      const isKind = (report: Report): report is Extract<Report, { is: Kind }> =>
        report.is === kind;
      const onMessage = (report: Report) => {
        if (!isKind(report)) return;
        this.#process.off("message", onMessage).off("exit", onExit);
        resolve(report);
      };
      const onExit = (code: number | null) =>
        reject(new Error(`process ${this.pid} ended with ${code} before it said "${kind}"`));
      this.#process.on("message", onMessage).once("exit", onExit);
    });
  }

  async stop(): Promise<void> {
    const exited = new Promise((resolve) => this.#process.once("exit", resolve));
    if (this.#process.exitCode === null && this.#process.connected) {
      this.#process.disconnect();
      await exited;
    }
  }
}
