package threaded;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A command on a Unix domain socket, with a thread for the output and one for each client's input:
 * the usual Java design for what iosock does.
 *
 * <p>It does less than iosock: it loses bytes that are in its buffer when a client disconnects,
 * takes a client that has shut down sending for gone, waits for other processes that hold the
 * command's pipes, and writes to one client after another, so that a slow one holds up the rest.
 */
public final class Wrapper implements Closeable {

  /** The capacity of a pipe by default, and so the most that one read(2) returns. */
  private static final int BUFFER_SIZE = 1 << 16;

  private final Thread.Builder threads;
  private final Path socket;
  private final ServerSocketChannel listener;
  private final Process command;
  private final int limit;
  private final List<SocketChannel> clients = new CopyOnWriteArrayList<>();
  private final Thread output;
  private final Thread errors;

  /**
   * Listens, and then starts the command.
   *
   * @param threads builds the threads
   * @param limit how many clients there may be at once
   */
  public Wrapper(Thread.Builder threads, int limit, Path socket, List<String> command)
      throws IOException {
    this.threads = threads;
    this.limit = limit;
    this.socket = socket;
    listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    listener.bind(UnixDomainSocketAddress.of(socket));
    this.command = new ProcessBuilder(command).start();
    output = threads.start(() -> send(this.command.getInputStream(), System.out));
    errors = threads.start(() -> send(this.command.getErrorStream(), System.err));
    threads.start(this::accept);
  }

  /** Waits until the command has exited and its output is written. */
  public int waitFor() throws InterruptedException {
    int code = command.waitFor();
    output.join();
    errors.join();
    return code;
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel next = listener.accept();
        if (clients.size() < limit) {
          clients.add(next);
          threads.start(() -> receive(next));
        } else {
          next.close();
        }
      }
    } catch (IOException e) {
      // The listener is closed.
    }
  }

  private void receive(SocketChannel from) {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_SIZE);
    OutputStream to = command.getOutputStream();
    try (from) {
      while (from.read(buffer) >= 0) {
        to.write(buffer.array(), 0, buffer.position());
        to.flush();
        buffer.clear();
      }
    } catch (IOException e) {
      // The client has disconnected, or the command has exited.
    } finally {
      clients.remove(from);
    }
  }

  private void send(InputStream from, OutputStream console) {
    byte[] bytes = new byte[BUFFER_SIZE];
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    try {
      int read;
      while ((read = from.read(bytes)) >= 0) {
        if (!sendToAll(buffer.clear().limit(read))) {
          console.write(bytes, buffer.position(), buffer.remaining());
          console.flush();
        }
      }
    } catch (IOException e) {
      // The pipe or standard output is closed.
    }
  }

  /**
   * @return whether there is a client that got all of the buffer
   */
  private boolean sendToAll(ByteBuffer buffer) {
    boolean sent = false;
    for (SocketChannel to : clients) {
      sent |= sendTo(to, buffer.rewind());
    }
    return sent;
  }

  private boolean sendTo(SocketChannel to, ByteBuffer buffer) {
    try {
      while (buffer.hasRemaining()) {
        to.write(buffer);
      }
      return true;
    } catch (IOException e) {
      clients.remove(to);
      return false;
    }
  }

  /** Kills the command if it still runs, writes the rest of its output, and closes the clients. */
  @Override
  public void close() throws IOException {
    command.destroyForcibly();
    try {
      waitFor();
    } catch (InterruptedException e) {
      throw new InterruptedIOException();
    }
    listener.close();
    for (SocketChannel client : clients) {
      client.close();
    }
    Files.deleteIfExists(socket);
  }
}
