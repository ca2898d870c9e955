/**
 * The size of a client's terminal, which becomes that of the command's terminal.
 *
 * <p>It travels beside the bytes of a connection, never among them: {@code nc} and {@code socat}
 * may be at either end, and see no difference. This is the protocol between two iosocks:
 *
 * <ol>
 *   <li>The client ({@code iosock -p --connect}) binds its socket to the abstract name {@code
 *       iosock/ROWSxCOLUMNS/UNIQUE} before it connects ({@link iosock.socket.ClientName}). The
 *       server ({@code iosock -p}) reads that name with getpeername(2) and gives the command's
 *       terminal the size; {@code 0x0} says that the client's terminal has none.
 *   <li>To a client with such a name, and to no other, the server sends one end of a SOCK_SEQPACKET
 *       pair, beside the first bytes of output (SCM_RIGHTS, unix(7)).
 *   <li>The client writes a {@code struct winsize} to that socket at once, and again whenever its
 *       terminal's size changes. Each is one message of 8 bytes; the server ignores any other. An
 *       empty one looks like end of file, and ends the channel.
 *   <li>Either side closes its end when it no longer needs it; the connection goes on.
 * </ol>
 *
 * <p>Neither side trusts the other. The server never takes a descriptor from a client. The client
 * takes one, beside the first bytes only, and keeps it only if it is a SOCK_SEQPACKET socket of
 * AF_UNIX, which can be written to without waiting. The terminal itself is never passed: a process
 * that has it can read the keyboard.
 */
package iosock.winsize;
