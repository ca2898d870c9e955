package support;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** A client of the socket. Its calls block; JUnit's timeout interrupts them. */
public final class Client implements AutoCloseable {

  private final SocketChannel channel;

  Client(SocketChannel channel) {
    this.channel = channel;
  }

  public static Client connect(Path socket) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(socket));
    return new Client(channel);
  }

  public Client send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  public Client send(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    return this;
  }

  /** Sends, in another thread. */
  public Runnable sender(byte[] bytes) {
    return () -> {
      try {
        send(bytes);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }

  /**
   * Sends as much as can be sent without blocking.
   *
   * @param sent how many of the bytes have been sent; increased by the result
   * @return how many were sent now
   */
  public int sendNow(byte[] bytes, AtomicInteger sent) throws IOException {
    channel.configureBlocking(false);
    ByteBuffer buffer = ByteBuffer.wrap(bytes, sent.get(), bytes.length - sent.get());
    while (buffer.hasRemaining() && channel.write(buffer) > 0) {
      continue;
    }
    channel.configureBlocking(true);
    return buffer.position() - sent.getAndSet(buffer.position());
  }

  public void shutdownOutput() throws IOException {
    channel.shutdownOutput();
  }

  public void shutdownInput() throws IOException {
    channel.shutdownInput();
  }

  /**
   * @return fewer than {@code count} bytes only at the end of file
   */
  public byte[] read(int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
      continue;
    }
    byte[] bytes = new byte[buffer.position()];
    buffer.flip().get(bytes);
    return bytes;
  }

  public byte[] readAll() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] some;
    while ((some = read(1)).length > 0) {
      all.writeBytes(some);
      all.writeBytes(available());
    }
    return all.toByteArray();
  }

  /** For much of it. */
  public InputStream input() {
    return Channels.newInputStream(channel);
  }

  /** Bytes that can be read without blocking. */
  public byte[] available() throws IOException {
    channel.configureBlocking(false);
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    channel.read(buffer);
    channel.configureBlocking(true);
    byte[] bytes = new byte[buffer.position()];
    buffer.flip().get(bytes);
    return bytes;
  }

  public String readAllText() throws IOException {
    return new String(readAll(), StandardCharsets.ISO_8859_1);
  }

  /** Reads until {@code text} has been received; bytes right after it may be read too. */
  public void readUntil(String text) throws IOException {
    StringBuilder end = new StringBuilder();
    while (end.indexOf(text) < 0) {
      byte[] some = available();
      String next = some.length > 0 ? new String(some, StandardCharsets.ISO_8859_1) : readText(1);
      if (next.isEmpty()) {
        throw new EOFException("end of file before: " + text);
      }
      end.delete(0, Math.max(end.length() - text.length(), 0));
      end.append(next);
    }
  }

  public String readText(int count) throws IOException {
    return new String(read(count), StandardCharsets.ISO_8859_1);
  }

  /** A line without its newline; at the end of file, what is left. */
  public String readLine() throws IOException {
    StringBuilder line = new StringBuilder();
    String next;
    while (!(next = readText(1)).isEmpty() && !next.equals("\n")) {
      line.append(next);
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    Forks.close(channel);
  }
}
