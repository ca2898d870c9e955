package iosock.relay;

import iosock.flow.StandardDescriptors;
import iosock.posix.Libc;
import iosock.signal.SignalPipe;
import iosock.tty.OwnTerminal;

/** What a relay uses of its process. */
public record Context(
    Libc libc, Log log, SignalPipe signals, StandardDescriptors standard, OwnTerminal terminal) {}
