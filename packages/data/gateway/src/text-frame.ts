const FIN_TEXT = 0x81;
const LENGTH_16 = 126;
const LENGTH_64 = 127;

/**
 * One whole, unmasked text frame, as a server sends it. Encoding it here rather than in each socket is what
 * lets ten thousand sockets share one buffer.
 *
 * @see RFC 6455, section 5.2
 */
export function encodeTextFrame(text: string): Buffer {
  const sizeBytes = Buffer.byteLength(text);
  const headerBytes = sizeBytes < LENGTH_16 ? 2 : sizeBytes < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headerBytes + sizeBytes);
  frame[0] = FIN_TEXT;
  if (headerBytes === 2) {
    frame[1] = sizeBytes;
  } else if (headerBytes === 4) {
    frame[1] = LENGTH_16;
    frame.writeUInt16BE(sizeBytes, 2);
  } else {
    frame[1] = LENGTH_64;
    frame.writeBigUInt64BE(BigInt(sizeBytes), 2);
  }
  frame.write(text, headerBytes);
  return frame;
}
