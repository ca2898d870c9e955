package iosock.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The text that {@code --version} prints. */
public final class Version {

  private Version() {}

  /** Written by the build; ends with a newline. */
  public static String text() {
    try (InputStream resource = Version.class.getResourceAsStream("version")) {
      return new String(resource.readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
