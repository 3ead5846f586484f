/**
 * Work that is told to end after `limitMs` or when the signal says so. Not `AbortSignal.any`: one a request would stay
 * with a long-lived signal until it is collected.
 */
export async function withinTime<T>(
  limitMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const ending = new AbortController();
  const abort = () => ending.abort(signal.reason);
  const late = () =>
    ending.abort(new DOMException(`no answer in ${limitMs / 1_000} s`, "TimeoutError"));
  const timer = setTimeout(late, limitMs);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await work(ending.signal);
  } catch (error) {
    // what was ended here failed for that reason, whatever it says itself
    throw ending.signal.aborted ? ending.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}
