package iosock.relay;

import iosock.socket.Listener;
import java.util.Optional;

/**
 * The sockets that a relay listens on; they stay the caller's to close.
 *
 * @param observers if there may be observers
 */
public record Listeners(Listener clients, Optional<Listener> observers) {}
