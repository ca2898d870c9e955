package support;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.pollinterval.PollInterval;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * How every test waits: Awaitility looks at once, again after a millisecond, and then less and less
 * often. Its own defaults are to look after 100 milliseconds for the first time. JUnit finds this
 * class in {@code META-INF/services}.
 */
public final class PollingDefaults implements BeforeAllCallback {

  private static final int MAX_MILLIS = 16;

  private static final PollInterval DOUBLING =
      (count, last) -> Duration.ofMillis(Math.clamp(2 * last.toMillis(), 1, MAX_MILLIS));

  @Override
  public void beforeAll(ExtensionContext context) {
    Awaitility.setDefaultPollDelay(Duration.ZERO);
    Awaitility.setDefaultPollInterval(DOUBLING);
    // The handler for all threads of the VM would be set by one test and catch those of others.
    Awaitility.doNotCatchUncaughtExceptionsByDefault();
  }
}
