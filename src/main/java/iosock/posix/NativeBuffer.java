package iosock.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A block of zeroed memory outside the heap, for libc to read and write. It is never freed:
 * allocate it once, at the start.
 *
 * <p>The accessors use a byte buffer and not the segment: its first access links a variable handle,
 * which takes several milliseconds of the start.
 */
public final class NativeBuffer {

  private final long address;
  private final ByteBuffer bytes;

  /**
   * @param size in bytes
   */
  public NativeBuffer(int size) {
    MemorySegment segment = Arena.global().allocate(size, 16);
    address = segment.address();
    bytes = segment.asByteBuffer().order(ByteOrder.nativeOrder());
  }

  /** A copy of {@code text} that ends with a NUL. */
  public static NativeBuffer string(byte[] text) {
    NativeBuffer string = new NativeBuffer(text.length + 1);
    string.put(0, text);
    return string;
  }

  /** A copy of an ASCII {@code text} that ends with a NUL. */
  public static NativeBuffer string(String text) {
    return string(Ascii.bytes(text));
  }

  public long address() {
    return address;
  }

  public int size() {
    return bytes.capacity();
  }

  public byte getByte(int offset) {
    return bytes.get(offset);
  }

  public void putByte(int offset, int value) {
    bytes.put(offset, (byte) value);
  }

  public short getShort(int offset) {
    return bytes.getShort(offset);
  }

  public void putShort(int offset, int value) {
    bytes.putShort(offset, (short) value);
  }

  public int getInt(int offset) {
    return bytes.getInt(offset);
  }

  public void putInt(int offset, int value) {
    bytes.putInt(offset, value);
  }

  public long getLong(int offset) {
    return bytes.getLong(offset);
  }

  public void putLong(int offset, long value) {
    bytes.putLong(offset, value);
  }

  /** Copies {@code length} bytes from {@code offset} on. */
  public byte[] get(int offset, int length) {
    byte[] copy = new byte[length];
    bytes.get(offset, copy);
    return copy;
  }

  public void put(int offset, byte[] source) {
    bytes.put(offset, source);
  }

  /** Copies {@code length} bytes of another block. */
  public void put(int offset, NativeBuffer source, int from, int length) {
    bytes.put(offset, source.bytes, from, length);
  }
}
