const OPCODE = 0x0f;
const LENGTH = 0x7f;
const TEXT = 1;
const PING = 9;

/** Counts the text frames of one server's stream without reading what is in them. */
export class FrameCounter {
  texts = 0;
  pings = 0;
  #skipBytes = 0;
  /** Of a header that has not wholly come. */
  #header: number[] = [];

  push(bytes: Uint8Array, sizeBytes: number): void {
    let at = 0;
    while (at < sizeBytes) {
      if (this.#skipBytes > 0) {
        const skipped = Math.min(this.#skipBytes, sizeBytes - at);
        this.#skipBytes -= skipped;
        at += skipped;
      } else {
        this.#header.push(bytes[at] ?? 0);
        at += 1;
        this.#take();
      }
    }
  }

  #take(): void {
    const [first = 0, second] = this.#header;
    if (second === undefined) return;
    const short = second & LENGTH;
    const headerBytes = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (this.#header.length < headerBytes) return;
    const extended = this.#header.slice(2).reduce((value, byte) => value * 256 + byte, 0);
    this.#skipBytes = headerBytes === 2 ? short : extended;
    this.#header = [];
    if ((first & OPCODE) === TEXT) this.texts += 1;
    else if ((first & OPCODE) === PING) this.pings += 1;
  }
}
