package iosock.relay;

import iosock.flow.Fanout;
import iosock.flow.Overflow;
import iosock.flow.PipeReader;
import iosock.flow.Shortage;
import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.PollSet;
import java.util.List;

/** The outputs of the near side, each to all receivers: clients, observers, the console. */
final class Outbound {

  private final Fanout[] outputs;
  private final Clients clients;
  private final Observers observers;
  private final Stalls stalls;
  private final Shortage shortage;

  /** Whether errors were moved first in the last turn, and there are more of them. */
  private boolean errorsHadTurn;

  /**
   * @param consoles for each output of the near side, what takes it while there is no client
   */
  Outbound(
      Libc libc, Endpoint near, Audience audience, List<Fanout.Console> consoles, Stalls stalls) {
    clients = audience.clients();
    observers = audience.observers();
    this.stalls = stalls;
    shortage = near.shortage();
    List<PipeReader> sources = near.outputs();
    outputs = new Fanout[sources.size()];
    for (int i = 0; i < outputs.length; i++) {
      outputs[i] =
          new Fanout(
              libc,
              sources.get(i),
              consoles.get(i),
              audience.capacity(),
              audience.history(),
              shortage);
    }
  }

  /** How many outputs there are. */
  int count() {
    return outputs.length;
  }

  void arm(PollSet poll) {
    for (Fanout output : outputs) {
      output.arm(poll);
    }
  }

  /** What comes from now on is left for the next turn: a client may connect before it. */
  void limitTurnToPending() {
    for (Fanout output : outputs) {
      output.limitTurnToPending();
    }
  }

  /** After a poll, once connections were accepted: who gets the output from now on. */
  void changeReceivers(Endpoint near) {
    update();
    finishReplaced();
    for (int i = 0; i < clients.count(); i++) {
      Client client = clients.get(i);
      if (client.takeNew() && !client.isReplaced() && attach(client, Overflow.WAIT)) {
        near.clientAttached(client);
      }
    }
    for (int i = 0; i < observers.count(); i++) {
      if (observers.get(i).takeNew()) {
        attach(observers.get(i), Overflow.CLOSE);
      }
    }
  }

  /**
   * @return whether the receiver gets the output now: not if there are no descriptors left
   */
  private boolean attach(Client receiver, Overflow overflow) {
    boolean isAdded = true;
    for (Fanout output : outputs) {
      isAdded = isAdded && output.add(receiver, overflow);
    }
    if (isAdded) {
      receiver.beginReplay(overflow);
    } else {
      receiver.fail(Errno.EMFILE);
    }
    return isAdded;
  }

  /** Clients that others replace get what is in their pipes, and nothing more. */
  private void finishReplaced() {
    for (int i = 0; i < clients.count(); i++) {
      if (clients.get(i).takeNewlyReplaced()) {
        for (Fanout output : outputs) {
          output.finish(clients.get(i));
        }
      }
    }
  }

  /**
   * Moves what can be moved.
   *
   * @param isFilled whether the near side has put bytes into an output since the poll
   * @return whether a receiver has taken anything
   */
  boolean turn(boolean isFilled) {
    boolean hasMoved = false;
    for (int i = 0; i < receiverCount(); i++) {
      hasMoved |= receiver(i).sendReplay(shortage);
    }
    int first = firstOutput();
    for (int i = 0; i < outputs.length; i++) {
      boolean hasOutputMoved = outputs[(first + i) % outputs.length].turn(isFilled);
      if (i == 0) {
        errorsHadTurn = first > 0 && hasOutputMoved && outputs[first].isBlocked();
      }
      hasMoved |= hasOutputMoved;
    }
    return hasMoved;
  }

  /**
   * The output whose bytes are moved first. Where one output waits for a full receiver, errors come
   * first, in turn: else standard output would hold them back until it ends, or overtake them.
   */
  private int firstOutput() {
    int errors = outputs.length - 1;
    boolean isBlocked = outputs[0].isBlocked() || outputs[errors].isBlocked();
    return isBlocked && !errorsHadTurn ? errors : 0;
  }

  /** Detaches the clients that others have replaced, once they have got all their output. */
  void endReplaced() {
    for (int i = clients.count() - 1; i >= 0; i--) {
      Client client = clients.get(i);
      if (client.isReplaced() && (!client.isOpen() || hasAllOutput(client))) {
        clients.endReplaced(i);
      }
    }
  }

  private boolean hasAllOutput(Client client) {
    boolean hasAll = !client.isReplayPending();
    for (Fanout output : outputs) {
      hasAll &= output.hasFinished(client);
    }
    return hasAll;
  }

  /**
   * Closes the clients that have taken nothing for too long.
   *
   * @return how many
   */
  int dropStalledClients() {
    int before = clients.count();
    if (stalls.begin()) {
      for (int i = before - 1; i >= 0; i--) {
        if (stalls.hasClientStalled(clients.get(i), isWaitedFor(clients.get(i)))) {
          clients.drop(i);
        }
      }
    }
    return before - clients.count();
  }

  /**
   * The same for observers, after {@link #dropStalledClients}.
   *
   * @return whether there were any
   */
  boolean dropStalledObservers() {
    boolean isAnyDropped = false;
    for (int i = 0; stalls.isLimited() && i < observers.count(); i++) {
      Client observer = observers.get(i);
      if (stalls.hasObserverStalled(observer, isWaitedFor(observer))) {
        observer.fallBehind();
        isAnyDropped = true;
      }
    }
    return isAnyDropped;
  }

  /** Whether output waits until a receiver takes it. */
  private boolean isWaitedFor(Client receiver) {
    boolean isWaitedFor = receiver.isReplayPending();
    for (Fanout output : outputs) {
      isWaitedFor |= output.isWaitingFor(receiver);
    }
    return isWaitedFor;
  }

  /** Whether output waits until a client or an observer takes it. */
  boolean isReceiverWaitedFor() {
    boolean isAnyWaitedFor = false;
    for (int i = 0; i < receiverCount(); i++) {
      isAnyWaitedFor |= isWaitedFor(receiver(i));
    }
    return isAnyWaitedFor;
  }

  /** How many clients and observers there are. */
  private int receiverCount() {
    return clients.count() + observers.count();
  }

  private Client receiver(int index) {
    return index < clients.count() ? clients.get(index) : observers.get(index - clients.count());
  }

  /** For how long receivers have taken nothing counts from now on. */
  void forgetStalls() {
    for (int i = 0; i < receiverCount(); i++) {
      receiver(i).forgetStall();
    }
  }

  /** Before connections are closed: no output has a receiver afterwards that is not open. */
  void finishTurn() {
    update();
    // Bytes that leave an output may leave an observer behind, in the other output too.
    while (observers.closeUseless()) {
      update();
    }
  }

  private void update() {
    for (Fanout output : outputs) {
      output.update();
    }
  }

  /** What the outputs hold now is all that is to be delivered. */
  void limitToPending() {
    for (Fanout output : outputs) {
      output.limitToPending();
    }
  }

  /** Whether all that was to be delivered has been taken. */
  boolean isDrained() {
    boolean isDrained = true;
    for (Fanout output : outputs) {
      isDrained &= output.isDrained();
    }
    for (int i = 0; i < receiverCount(); i++) {
      isDrained &= !receiver(i).isReplayPending();
    }
    return isDrained;
  }

  /** Nothing takes standard output any more; errors still have their own output. */
  void discardFirst() {
    outputs[0].discard();
  }

  /** How many bytes wait to be taken. */
  long pending() {
    long pending = 0;
    for (Fanout output : outputs) {
      pending += output.pending();
    }
    return pending;
  }
}
